import { expect, it } from 'vitest';
import { mergeJson } from './json-merge.ts';

it('adds what is not there, deep inside too, and keeps the layout of what it does not touch', () => {
  const merged = mergeJson('{\n\t"a": [1, 2],\n\t"b": { "c": 1 }\n}\n', '{ "b": { "c": 1, "d": 2 }, "e": 3 }');
  expect(merged?.text).toBe('{\n\t"a": [1, 2],\n\t"b": {\n\t\t"c": 1,\n\t\t"d": 2\n\t},\n\t"e": 3\n}\n');
  expect(merged).toMatchObject({ added: ['b.d', 'e'], clashes: [] });
});

it('leaves ours where both have a value, and tells the key', () => {
  expect(mergeJson('{"a":1,"l":[1]}', '{"a":2,"l":[2]}')).toEqual({ text: '{"a":1,"l":[1]}', added: [], clashes: ['a', 'l'] });
});

it('takes a key that is left out for what it means there', () => {
  expect(mergeJson('{}', '{"type":"module"}', { type: 'commonjs' })).toMatchObject({ added: [], clashes: ['type'] });
});

it.each(['[]', '{', '"x"', '// comment\n{}'])('leaves what is no JSON object to the merge of lines: %s', (text) => {
  expect(mergeJson(text, '{"a":1}')).toBeUndefined();
});
