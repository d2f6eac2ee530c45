import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { nodeRuntime } from '../../src/runtime/node/runtime.ts';
import { withoutAgreed } from '../../src/upgrade/agreed.ts';
import { mergeByGit, mergeTrees } from '../../src/upgrade/merge.ts';
import type { Merge, Sides } from '../../src/upgrade/three-way.ts';
import type { Tree, TreeFile } from '../../src/upgrade/tree.ts';

const RUNS = Number(process.env['SVCKIT_CASES'] ?? 60);
const runtime = nodeRuntime(new AbortController().signal, () => {});
const LABELS = { base: 'tiny-1.0.0', ours: 'yours', theirs: 'tiny-1.1.0' };

/** A path, the folder of another, and what one may be renamed to. */
const PATHS = ['a', 'a/b', 'c', 'd/e', 'd/f', 'g'];

/** Texts alike enough to be renames of each other, and two that are like nothing else. */
const text = (...changed: readonly string[]) =>
  Array.from({ length: 10 }, (_, line) => changed.find((each) => each.startsWith(`${line} `)) ?? `${line} as it was`).join('\n');
const CONTENTS = [text(), text('2 mine'), text('2 theirs'), text('8 else'), 'another\n', 'a third\n'];

const file: fc.Arbitrary<TreeFile> = fc.record({
  kind: fc.constantFrom('file', 'file', 'file', 'executable', 'link'),
  content: fc.constantFrom(...CONTENTS).map((content) => Buffer.from(content)),
});
const base: fc.Arbitrary<Tree> = fc
  .dictionary(fc.constantFrom(...PATHS), file)
  .map((files) => new Map(Object.entries(files).filter(([path]) => path !== 'a/b' || !('a' in files))));

/** A tree with some of its files gone, renamed or another. */
const edits = fc.dictionary(fc.constantFrom(...PATHS), fc.option(file, { nil: undefined }), { maxKeys: 3 });
const edited = (tree: Tree, changes: Readonly<Record<string, TreeFile | undefined>>): Tree => {
  const files = new Map(tree);
  for (const [path, changed] of Object.entries(changes)) changed ? files.set(path, changed) : files.delete(path);
  if (files.has('a')) files.delete('a/b');
  return files;
};
const sides: fc.Arbitrary<Sides> = fc
  .tuple(base, edits, edits)
  .map(([tree, mine, its]) => ({ base: tree, ours: edited(tree, mine), theirs: edited(tree, its) }));

const shown = ({ tree, conflicts }: Merge) => ({
  files: [...tree].map(([path, { kind, content }]) => [path, kind, Buffer.from(content).toString()].join(' ')).sort(),
  conflicts: conflicts.map(({ path, kind }) => `${path} ${kind}`).sort(),
});

it('decides without git only what git decides the same', async () => {
  let spared = 0;
  const decidesTheSame = async (merge: Sides) => {
    const { open } = withoutAgreed(merge);
    spared += open.ours.size < merge.ours.size ? 1 : 0;
    const [mine, gits] = await Promise.all([mergeTrees(merge, LABELS, runtime), mergeByGit(merge, LABELS, runtime)]);
    expect(shown(mine)).toEqual(shown(gits));
  };
  await fc.assert(fc.asyncProperty(sides, decidesTheSame), { numRuns: RUNS });
  expect(spared, 'cases in which there was something to spare').toBeGreaterThan(RUNS / 10);
});
