import { describe, expect, it } from 'vitest';
import { plain } from '../../output/style.ts';
import { fakeUpgrade } from '../../upgrade/fake-upgrade.ts';
import type { Upgrade } from '../../upgrade/upgrade.ts';
import { upgrade } from './upgrade.command.ts';
import { summary, upgradeView as view } from './upgrade.view.ts';

const result = fakeUpgrade({
  files: [
    { path: 'a.txt', fate: 'kept', ownership: 'merged' },
    { path: 'b.txt', fate: 'merged', ownership: 'merged', from: 'old/b.txt' },
    { path: 'c.txt', fate: 'conflict', ownership: 'merged', message: 'both changed the same lines' },
  ],
  notes: ['package.json changes: run npm install afterwards'],
});

describe('svc upgrade shows', () => {
  it('first what needs the user', () => {
    expect(view(result, plain)).toBe(
      [
        '· orders would be upgraded: http-service 1.0.0 to 1.1.0',
        '  conflict  c.txt  both changed the same lines',
        '  merged    b.txt  was old/b.txt',
        '  kept      a.txt',
        'package.json changes: run npm install afterwards',
        'Nothing was written.',
      ].join('\n'),
    );
  });

  it('how to go on from a conflict, and the files once where they were shown in a question', () => {
    const shown = view({ ...result, state: 'conflict', confirmed: true }, plain);
    expect(shown).toContain('1 file in conflict');
    expect(shown).toContain('svc upgrade --continue');
    expect(shown).not.toContain('c.txt');
    expect(summary(result)).toContain('c.txt');
  });

  it('why in a column of its own, which a long path without a reason does not move', () => {
    const files: Upgrade['files'] = [
      { path: 'a.txt', fate: 'conflict', ownership: 'merged', message: 'both added it' },
      { path: 'old.txt', fate: 'merged', ownership: 'merged', from: 'older.txt' },
      { path: 'a/path/that/is/long.txt', fate: 'clean', ownership: 'merged' },
    ];
    expect(
      view({ ...result, files }, plain)
        .split('\n')
        .slice(1, 4),
    ).toEqual(['  conflict  a.txt    both added it', '  merged    old.txt  was older.txt', '  clean     a/path/that/is/long.txt']);
  });

  it('no control character of a hostile path', () => {
    expect(view({ ...result, files: [{ path: 'a\u001b[2Jb', fate: 'new', ownership: 'merged' }] }, plain)).not.toContain('\u001b');
  });

  it('absolute paths to scripts, and tells them of a conflict by the exit code', () => {
    const one = (more: Partial<Upgrade> = {}) => ({ upgrades: [{ ...result, ...more }] });
    expect(upgrade.toJson(one())).toMatchObject({ services: [{ files: [{}, { path: '/shop/b.txt', from: '/shop/old/b.txt' }, {}] }] });
    expect(upgrade.exitCode?.(one())).toBe(4);
    expect(upgrade.exitCode?.(one({ files: [] }))).toBe(0);
    expect(upgrade.exitCode?.(one({ state: 'behind' }))).toBe(1);
  });
});

describe('svc upgrade takes', () => {
  it.each([
    ['two ways at once', [], { continue: true, abort: true }, '--continue and --abort'],
    ['answers where nothing is rendered', [], { check: true, set: ['a=b'] }, '--set means nothing'],
    ['a version where none is chosen', [], { heal: true, to: '1.5.0' }, '--to means nothing'],
    ['an answer without a value', [], { set: ['a'] }, 'is no answer'],
    ['a fleet’s flag without a fleet', [], { wave: '5%' }, '--wave is for many services at once'],
    ['two fleets', ['a', 'b'], { all: true }, '--all takes one place'],
    ['a fleet to settle conflicts in', [], { all: true, continue: true }, '--continue and --all'],
  ])('not %s', (_, args, flags, message) => expect(() => upgrade.parse(args, flags)).toThrow(message));

  it('a folder and answers', () => {
    expect(upgrade.parse(['orders'], { set: ['a=b=c'], dryRun: true })).toEqual({
      mode: 'dryRun',
      paths: ['orders'],
      set: [['a', 'b=c']],
      yes: false,
      to: undefined,
    });
  });
});
