import { expect, it } from 'vitest';
import { plainMerge } from './plain-merge.ts';
import type { Tree } from './tree.ts';

const tree = (files: Readonly<Record<string, string>>): Tree =>
  new Map(Object.entries(files).map(([path, text]) => [path, { kind: 'file' as const, content: Buffer.from(text) }]));
const texts = (merged: ReturnType<typeof plainMerge>) =>
  merged && Object.fromEntries([...merged.tree].map(([path, { content }]) => [path, Buffer.from(content).toString()]));

it('takes what one side did alone', () => {
  const base = tree({ a: '1', b: '1', c: '1', d: '1' });
  const ours = tree({ a: '1', b: 'mine', c: '1', d: 'same', own: 'x' });
  const theirs = tree({ a: '2', b: '1', d: 'same', e: 'new' });
  expect(texts(plainMerge({ base, ours, theirs }))).toEqual({ a: '2', b: 'mine', d: 'same', own: 'x', e: 'new' });
});

it.each([
  ['both changed', { a: '1' }, { a: '2' }, { a: '3' }],
  ['we deleted or renamed', { a: '1' }, { b: '1' }, { a: '2' }],
  ['both deleted, perhaps renamed', { a: '1' }, { b: '1' }, { c: '1' }],
  ['they deleted and we changed', { a: '1' }, { a: '2' }, {}],
  ['both added', {}, { a: '1' }, { a: '2' }],
  ['is a folder on the other side', {}, { a: '1' }, { 'a/b': '2' }],
])('leaves to git what %s', (_, base, ours, theirs) => {
  expect(plainMerge({ base: tree(base as never), ours: tree(ours as never), theirs: tree(theirs as never) })).toBeUndefined();
});
