import { expect, it } from 'vitest';
import { mergeJson } from './merge-json.ts';

const base = `{
  "name": "orders",
  "engines": { "node": ">=20" },
  "dependencies": {
    "chassis": "1",
    "uuid": "14"
  }
}
`;
const theirs = base.replace('"uuid"', '"pg": "8",\n    "uuid"');

it('adds a dependency beside one that the user removed or added, and leaves the layout as it is', () => {
  const removed = base.replace('"1",\n    "uuid": "14"', '"1"');
  expect(mergeJson({ base, ours: removed, theirs })).toBe(removed.replace('"chassis": "1"', '"chassis": "1",\n    "pg": "8"'));
  const added = base.replace('"uuid"', '"own": "2",\n    "uuid"');
  expect(mergeJson({ base, ours: added, theirs })).toBe(added.replace('"own"', '"pg": "8",\n    "own"'));
});

it('keeps tabs, and an object that was empty', () => {
  const tabs = (text: string) => text.replaceAll('  ', '\t');
  expect(mergeJson({ base: tabs(base), ours: tabs(base), theirs: tabs(theirs) })).toBe(tabs(theirs));
  expect(mergeJson({ base: '{\n  "a": {}\n}', ours: '{\n  "a": {}\n}', theirs: '{\n  "a": { "b": 1 }\n}' })).toBe(
    '{\n  "a": {\n    "b": 1\n  }\n}',
  );
});

it('removes what the template removes', () => {
  expect(mergeJson({ base: theirs, ours: theirs.replace('"14"', '"15"'), theirs: base })).toBe(base.replace('"14"', '"15"'));
});

it.each([
  ['both changed a value', base.replace('"1"', '"2"'), base.replace('"1"', '"3"')],
  ['one removed what the other changed', base.replace('"1",\n    "uuid": "14"', '"1"'), base.replace('"14"', '"15"')],
  ['the object is gone that a value is added to', '{ "name": "orders" }', theirs],
  ['one is no JSON', '{', theirs],
  ['one is a list', '[]', theirs],
  ['a key is there twice', base.replace('"name": "orders"', '"name": "a",\n  "name": "orders"'), base.replace('"orders"', '"other"')],
])('leaves it to the user where %s', (_, ours, changed) => {
  expect(mergeJson({ base, ours, theirs: changed })).toBeUndefined();
});

it('takes the same change of both sides once', () => {
  expect(mergeJson({ base, ours: theirs, theirs })).toBe(theirs);
});
