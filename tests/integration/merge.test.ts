import { expect, it } from 'vitest';
import { nodeRuntime } from '../../src/runtime/node/runtime.ts';
import { normaliseLineEnds } from '../../src/upgrade/line-ends.ts';
import { mergeTrees } from '../../src/upgrade/merge.ts';
import type { Tree, TreeFile } from '../../src/upgrade/tree.ts';

const runtime = nodeRuntime(new AbortController().signal, () => {});
const labels = { base: 'template-1.0.0', ours: 'yours', theirs: 'template-1.1.0' };

const lines = (...changed: readonly string[]) =>
  Array.from({ length: 20 }, (_, line) => changed.find((each) => each.startsWith(`${line} `)) ?? `${line} as it was`).join('\n');

const tree = (files: Record<string, string | Uint8Array | TreeFile>): Tree =>
  new Map(
    Object.entries(files).map(([path, file]) => [
      path,
      typeof file === 'object' && 'kind' in file ? file : { kind: 'file' as const, content: Buffer.from(file) },
    ]),
  );

const shown = (files: Tree) => [...files].map(([path, { kind, content }]) => [path, kind, Buffer.from(content).toString('latin1')]).sort();

async function merge(base: Tree, ours: Tree, theirs: Tree) {
  const { tree: merged, conflicts } = await mergeTrees({ base, ours, theirs }, labels, runtime);
  return {
    files: Object.fromEntries([...merged].map(([path, { content }]) => [path, Buffer.from(content).toString()])),
    merged,
    conflicts,
  };
}

it('keeps an edit of the user and brings in that of the template', async () => {
  const { files, conflicts } = await merge(
    tree({ 'a.ts': lines() }),
    tree({ 'a.ts': lines('3 mine'), 'own.ts': 'mine' }),
    tree({ 'a.ts': lines('15 theirs'), 'new.ts': 'theirs' }),
  );
  expect(conflicts).toEqual([]);
  expect(files).toEqual({ 'a.ts': lines('3 mine', '15 theirs'), 'own.ts': 'mine', 'new.ts': 'theirs' });
});

it('lets an edit follow the template to a new name, and the template follow the user', async () => {
  const base = tree({ 'a.ts': lines(), 'b.ts': lines('0 b') });
  const { files, conflicts } = await merge(
    base,
    tree({ 'a.ts': lines('3 mine'), 'mine/b.ts': lines('0 b') }),
    tree({ 'renamed.ts': lines(), 'b.ts': lines('0 b', '9 theirs') }),
  );
  expect(conflicts).toEqual([]);
  expect(files).toEqual({ 'renamed.ts': lines('3 mine'), 'mine/b.ts': lines('0 b', '9 theirs') });
});

it('marks what both changed, in diff3 style, with names that mean something', async () => {
  const { files, conflicts } = await merge(tree({ 'a.ts': 'one\n' }), tree({ 'a.ts': 'mine\n' }), tree({ 'a.ts': 'theirs\n' }));
  expect(conflicts.map(({ path, kind }) => [path, kind])).toEqual([['a.ts', 'CONFLICT (contents)']]);
  expect(files['a.ts']).toBe('<<<<<<< yours\nmine\n||||||| template-1.0.0\none\n=======\ntheirs\n>>>>>>> template-1.1.0\n');
});

it('names the base in the longer markers of a conflict inside of a conflict as well', async () => {
  const { files } = await merge(
    tree({ a: lines(), c: lines() }),
    tree({ a: lines(), g: lines('3 mine') }),
    tree({ a: lines(), c: 'another\n', g: lines() }),
  );
  expect(files['g']).toContain('\n|||||||| template-1.0.0:c\n');
});

it.each<[string, Tree, Tree, string]>([
  ['the template deletes what the user changed', tree({ 'a.ts': lines('3 mine') }), tree({}), 'CONFLICT (modify/delete)'],
  ['the user deletes what the template changed', tree({}), tree({ 'a.ts': lines('3 theirs') }), 'CONFLICT (modify/delete)'],
])('reports a conflict where %s', async (_, ours, theirs, kind) => {
  const { conflicts } = await merge(tree({ 'a.ts': lines() }), ours, theirs);
  expect(conflicts.map((conflict) => conflict.kind)).toEqual([kind]);
});

it('keeps binaries, modes and links as they are', async () => {
  const logo = (last: number) => new Uint8Array([0, 1, 2, 255, last]);
  const base = tree({ 'logo.png': logo(1), 'run.sh': 'x\n', link: { kind: 'link', content: Buffer.from('a') } });
  const { merged, conflicts } = await merge(
    base,
    tree({
      'logo.png': logo(2),
      'run.sh': { kind: 'executable', content: Buffer.from('x\n') },
      link: { kind: 'link', content: Buffer.from('b') },
    }),
    tree({ 'logo.png': logo(1), 'run.sh': 'x\ny\n', link: { kind: 'link', content: Buffer.from('a') } }),
  );
  expect(conflicts).toEqual([]);
  expect(shown(merged)).toEqual(
    shown(
      tree({
        'logo.png': logo(2),
        'run.sh': { kind: 'executable', content: Buffer.from('x\ny\n') },
        link: { kind: 'link', content: Buffer.from('b') },
      }),
    ),
  );
});

it('reports a binary that both changed, and keeps that of the user', async () => {
  const logo = (last: number) => new Uint8Array([0, 1, 2, 255, last]);
  const { merged, conflicts } = await merge(tree({ l: logo(1) }), tree({ l: logo(2) }), tree({ l: logo(3) }));
  expect(conflicts).toHaveLength(1);
  expect(merged.get('l')?.content.at(-1)).toBe(2);
});

it('takes a checkout with CRLF for what it is', async () => {
  const crlf = (text: string) => text.replaceAll('\n', '\r\n');
  const ours = normaliseLineEnds(tree({ 'a.ts': crlf(lines('3 mine')) }));
  const { merged, conflicts } = await merge(tree({ 'a.ts': lines() }), ours.tree, tree({ 'a.ts': lines('15 theirs'), 'new.ts': 'a\nb\n' }));
  expect(conflicts).toEqual([]);
  expect(shown(ours.restore(merged))).toEqual(shown(tree({ 'a.ts': crlf(lines('3 mine', '15 theirs')), 'new.ts': 'a\r\nb\r\n' })));
});

it('takes any name that git takes', async () => {
  const name = 'ein "schöner" \\ name.ts';
  const { files } = await merge(tree({ [name]: 'a\n' }), tree({ [name]: 'a\n' }), tree({ [name]: 'b\n' }));
  expect(files).toEqual({ [name]: 'b\n' });
});
