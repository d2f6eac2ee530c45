import { describe, expect, it } from 'vitest';
import type { Ownership } from '../template/manifest/manifest.ts';
import { driftOf } from './drift.ts';
import { planUpgrade, type Situation } from './plan-upgrade.ts';
import type { Pristine } from './pristine.ts';
import type { Merge, Sides } from './three-way.ts';
import type { Tree } from './tree.ts';

type Contents = Readonly<Record<string, string>>;

const tree = (files: Contents): Tree =>
  new Map(Object.entries(files).map(([path, content]) => [path, { kind: 'file', content: Buffer.from(content) }]));

const pristine = (ownership: Ownership, files: Contents): Pristine =>
  new Map([...tree(files)].map(([path, file]) => [path, { ...file, area: 'repository', inArea: path, ownership }]));

/** Takes the side that changed; where both did, it is a conflict and ours stays. */
async function simpleMerge({ base, ours, theirs }: Sides): Promise<Merge> {
  const text = (side: Tree, path: string) => side.get(path)?.content.toString();
  const paths = [...new Set([...base.keys(), ...ours.keys(), ...theirs.keys()])];
  const taken = paths.map((path) => {
    const untouched = text(base, path) === text(ours, path);
    const disputed = !untouched && text(base, path) !== text(theirs, path) && text(ours, path) !== text(theirs, path);
    return { path, file: (untouched ? theirs : ours).get(path), disputed };
  });
  return {
    tree: new Map(taken.flatMap(({ path, file }) => (file ? [[path, file] as const] : []))),
    conflicts: taken.filter(({ disputed }) => disputed).map(({ path }) => ({ path, kind: 'CONFLICT (contents)', message: '' })),
  };
}

async function plan(
  ownership: Ownership,
  { base, ours, theirs }: Readonly<Record<'base' | 'ours' | 'theirs', Contents>>,
  more: Partial<Situation> = {},
) {
  const situation = {
    name: 'orders',
    prefix: '',
    moves: [],
    base: pristine(ownership, base),
    ours: tree(ours),
    theirs: pristine(ownership, theirs),
  };
  const { files, changes } = await planUpgrade({ ...situation, ...more }, simpleMerge);
  return {
    files: Object.fromEntries(files.map(({ path, fate }) => [path, fate])),
    changes: changes.map((change) => [change.kind, change.path, 'content' in change ? change.content.toString() : '']),
  };
}

describe('a merged file', () => {
  it.each<[string, string | undefined, string | undefined, string | undefined, string | undefined]>([
    ['new', undefined, undefined, 'x', 'create'],
    ['clean', 'a', 'a', 'x', 'replace'],
    ['conflict', 'a', 'b', 'x', undefined],
    ['kept', 'a', 'b', 'a', undefined],
    ['kept', 'a', undefined, 'a', undefined],
    ['gone', 'a', 'a', undefined, 'remove'],
  ])('is %s from %s, ours %s, theirs %s', async (fate, base, ours, theirs, kind) => {
    const at = (content: string | undefined): Contents => (content === undefined ? {} : { f: content });
    const { files, changes } = await plan('merged', { base: at(base), ours: at(ours), theirs: at(theirs) });
    expect(files).toEqual({ f: fate });
    expect(changes.map(([change]) => change)).toEqual(kind === undefined ? [] : [kind]);
  });

  it('is not named where nobody changed it, nor is a file of the user’s own', async () => {
    expect(await plan('merged', { base: { f: 'a' }, ours: { f: 'a', own: 'x' }, theirs: { f: 'a' } })).toEqual({ files: {}, changes: [] });
  });

  it('that the template moved is moved with what the user made of it', async () => {
    const sides = { base: { a: '1' }, ours: { a: 'mine' }, theirs: { b: '1' } };
    expect(await plan('merged', sides, { moves: [{ in: '1.1.0', from: 'a', to: 'b' }] })).toEqual({
      files: { b: 'merged' },
      changes: [
        ['remove', 'a', ''],
        ['create', 'b', 'mine'],
      ],
    });
  });

  it('with Windows line ends is compared without them, and keeps them', async () => {
    const sides = { base: { f: 'a\nb\n' }, ours: { f: 'a\r\nb\r\n' }, theirs: { f: 'a\nc\n' } };
    expect(await plan('merged', sides)).toEqual({ files: { f: 'clean' }, changes: [['replace', 'f', 'a\r\nc\r\n']] });
  });
});

describe('an owned file', () => {
  it('becomes the template’s whatever the user did', async () => {
    const sides = { base: { f: 'a', g: 'a', h: 'a' }, ours: { f: 'mine', h: 'a' }, theirs: { f: 'b', g: 'a', h: 'b' } };
    expect((await plan('owned', sides)).files).toEqual({ f: 'healed', g: 'healed', h: 'clean' });
  });

  it('is merged where the user had a file there before the template did', async () => {
    expect((await plan('owned', { base: {}, ours: { f: 'mine' }, theirs: { f: 'b' } })).files).toEqual({ f: 'conflict' });
  });
});

describe('a file that is written once', () => {
  it('stays as it is, edited, deleted or given up by the template, and is told of where the template goes on', async () => {
    const sides = { base: { f: 'a', g: 'a', h: 'a' }, ours: { f: 'mine', h: 'a' }, theirs: { f: 'b', g: 'b' } };
    expect(await plan('once', sides)).toEqual({ files: { f: 'kept' }, changes: [] });
  });

  it('is made where it is new, and never over a file of the user', async () => {
    expect(await plan('once', { base: {}, ours: { g: 'mine' }, theirs: { f: 'b', g: 'b' } })).toEqual({
      files: { f: 'new', g: 'kept' },
      changes: [['create', 'f', 'b']],
    });
  });

  it('stays under its old name where the template moved it', async () => {
    const sides = { base: { a: '1' }, ours: { a: 'mine' }, theirs: { b: '1' } };
    expect(await plan('once', sides, { moves: [{ in: '1.1.0', from: 'a', to: 'b' }] })).toEqual({ files: {}, changes: [] });
  });
});

describe('a region', () => {
  const marked = (body: string) => `# svckit:begin orders\n${body}# svckit:end orders\n`;

  it('is told by its own lines, whatever others have in the file', async () => {
    const at = (body: string) => ({ OWNERS: `* @all\n${marked(body)}` });
    expect(await plan('region', { base: { OWNERS: 'a\n' }, ours: at('a\n'), theirs: { OWNERS: 'a\n' } })).toEqual({
      files: {},
      changes: [],
    });
    expect(await plan('region', { base: { OWNERS: 'a\n' }, ours: at('a\n'), theirs: { OWNERS: 'b\n' } })).toEqual({
      files: { OWNERS: 'clean' },
      changes: [['replace', 'OWNERS', at('b\n').OWNERS]],
    });
    expect((await plan('region', { base: { OWNERS: 'a\n' }, ours: at('x\n'), theirs: { OWNERS: 'b\n' } })).files).toEqual({
      OWNERS: 'healed',
    });
  });

  it('goes where the template has it no longer, and the file with it where nothing else is in there', async () => {
    const gone = (ours: string) => plan('region', { base: { OWNERS: 'a\n' }, ours: { OWNERS: ours }, theirs: {} });
    expect((await gone(marked('a\n'))).changes).toEqual([['remove', 'OWNERS', '']]);
    expect((await gone(`* @all\n${marked('a\n')}`)).changes).toEqual([['replace', 'OWNERS', '* @all\n']]);
    expect(await gone('* @all\n')).toEqual({ files: {}, changes: [] });
  });

  it('with broken markers stops the upgrade', async () => {
    const sides = { base: { OWNERS: 'a\n' }, ours: { OWNERS: `${marked('a\n')}${marked('a\n')}` }, theirs: { OWNERS: 'b\n' } };
    await expect(plan('region', sides)).rejects.toMatchObject({ code: 'plan/conflict' });
  });
});

describe('drift', () => {
  const drift = (ownership: Ownership, base: Contents, ours: Contents) =>
    driftOf(pristine(ownership, base), tree(ours), 'orders').map(({ path, difference }) => [path, difference]);

  it('names what was edited or deleted, and takes line ends for nothing', () => {
    expect(drift('merged', { a: 'a\n', b: 'b', c: 'c\n' }, { a: 'x\n', c: 'c\r\n', own: 'x' })).toEqual([
      ['a', 'edited'],
      ['b', 'deleted'],
    ]);
  });

  it('names a change of the executable bit, and a link', () => {
    const base = pristine('merged', { a: 'a', b: 'b' });
    const ours: Tree = new Map([
      ['a', { kind: 'executable', content: Buffer.from('a') }],
      ['b', { kind: 'link', content: Buffer.from('b') }],
    ]);
    expect(driftOf(base, ours, 'orders').map(({ difference }) => difference)).toEqual(['mode', 'link']);
  });

  it('looks between the markers of a region', () => {
    const region = (body: string) => `own\n# svckit:begin orders\n${body}# svckit:end orders\n`;
    expect(drift('region', { f: 'a\n' }, { f: region('a\n') })).toEqual([]);
    expect(drift('region', { f: 'a\n' }, { f: region('b\n') })).toEqual([['f', 'edited']]);
    expect(drift('region', { f: 'a\n' }, { f: 'own\n' })).toEqual([['f', 'deleted']]);
    expect(drift('region', { f: 'a\n' }, { f: '# svckit:end orders\n' })).toEqual([['f', 'markers']]);
  });
});
