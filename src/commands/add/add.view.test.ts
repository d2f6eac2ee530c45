import { describe, expect, it } from 'vitest';
import { plain } from '../../output/style.ts';
import { fakeUpgrade } from '../../upgrade/fake-upgrade.ts';
import type { Upgrade } from '../../upgrade/upgrade.ts';
import { add } from './add.command.ts';
import type { AddResult } from './add.view.ts';
import { summary, view } from './add.view.ts';

const upgrade = fakeUpgrade({
  files: [
    { path: 'src/items/store.ts', fate: 'kept', ownership: 'once', message: 'you deleted it' },
    { path: 'score.yaml', fate: 'conflict', ownership: 'merged', message: 'both changed the same lines' },
  ],
  notes: ['This upgrades http-service 1.0.0 to 1.1.0 as well: 1.0.0 is not offered any more'],
});
const added = (state: Upgrade['state'], more: Partial<Upgrade> = {}): AddResult => ({
  is: 'added',
  capability: 'postgres',
  upgrade: { ...upgrade, state, ...more },
});
const list: AddResult = {
  is: 'list',
  list: {
    name: 'orders',
    folder: '/shop/services/orders',
    template: { name: 'http-service', version: '1.1.0' },
    capabilities: [
      { name: 'postgres', title: 'A database', there: true },
      { name: 'call', title: 'A client', there: true, values: ['users'] },
    ],
  },
};

describe('svc add shows', () => {
  it('what would happen, that the template moves as well, and that nothing was written', () => {
    expect(view(added('planned'), plain)).toBe(
      [
        '· orders would get postgres',
        '  conflict  score.yaml          both changed the same lines',
        '  kept      src/items/store.ts  you deleted it',
        'This upgrades http-service 1.0.0 to 1.1.0 as well: 1.0.0 is not offered any more',
        'Nothing was written.',
      ].join('\n'),
    );
    expect(summary(upgrade)).toContain('This upgrades http-service 1.0.0 to 1.1.0 as well');
  });

  it('how to go on from a conflict, and the files once where a question showed them', () => {
    const shown = view(added('conflict', { confirmed: true }), plain);
    expect(shown).toContain('waits for you: postgres, 1 file in conflict');
    expect(shown).toContain('svc upgrade --continue');
    expect(shown).not.toContain('score.yaml');
  });

  it('what can be added, and what is there', () => {
    const lines = view(list, plain).split('\n');
    expect(lines[2]).toMatch(/^postgres +A database +yes *$/);
    expect(lines[3]).toMatch(/^call +A client +users +svc add call <name>$/);
  });
});

it('tells a conflict by the exit code, and gives scripts absolute paths', () => {
  expect(add.exitCode?.(added('conflict'))).toBe(4);
  expect(add.exitCode?.(added('upgraded', { files: [] }))).toBe(0);
  expect(add.exitCode?.(list)).toBe(0);
  expect(add.toJson(added('planned'))).toMatchObject({ added: 'postgres', files: [{}, { path: '/shop/score.yaml' }] });
});

it.each([
  [['postgres'], {}, { add: { capability: 'postgres', values: [] }, dir: '.', dryRun: false, yes: false }],
  [
    ['call', 'a,b', 'c'],
    { dir: 'x', yes: true },
    { add: { capability: 'call', values: ['a', 'b', 'c'] }, dir: 'x', dryRun: false, yes: true },
  ],
  [[], {}, { add: undefined, dir: '.', dryRun: false, yes: false }],
])('reads %j %j', (args, flags, expected) => expect(add.parse(args, flags)).toEqual(expected));

it('wants to know what to add where nothing is to be asked or written', () => {
  expect(() => add.parse([], { yes: true })).toThrow('What is to be added?');
});
