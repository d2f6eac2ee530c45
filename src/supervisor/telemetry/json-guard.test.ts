import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isModestJson } from './json-guard.ts';

const modest = (text: string, bounds = { values: 10, depth: 3 }) => isModestJson(Buffer.from(text), bounds);

it.each([
  ['{"a":[1,2,3]}', true],
  ['[[[1]]]', true],
  ['[[[[1]]]]', false],
  ['[1,2,3,4,5]', true],
  ['[1,2,3,4,5,6,7,8,9,10]', false],
  ['"[[[[[[[[[[[["', true],
  ['"a\\"[[[["', true],
  ['"\\\\",[[[[', false],
  ['"never closed [[[[[', true],
  ['', true],
])('judges %s: %s', (text, verdict) => {
  expect(modest(text)).toBe(verdict);
});

it('lets every document through that has few values', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      expect(modest(JSON.stringify(value), { values: 1_000_000, depth: 10 })).toBe(true);
    }),
  );
});
