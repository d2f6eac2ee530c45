import { expect, test } from 'vitest';
import { inUse, rotation } from './rotation.ts';

const rules = { everyMs: 1000, aheadMs: 100, keepMs: 50 };
const at = (time: number) => new Date(time);
const key = (id: string, from: number) => ({ id, signsFrom: at(from) });

test('the first key signs at once', () => {
  expect(rotation([], at(5), rules)).toEqual({ add: at(5), drop: [] });
});

test('a key signs alone for most of its time', () => {
  expect(rotation([key('a', 0)], at(899), rules)).toEqual({ add: undefined, drop: [] });
});

test('the next one is published before it signs', () => {
  expect(rotation([key('a', 0)], at(900), rules).add).toEqual(at(1000));
  expect(rotation([key('a', 0), key('b', 1000)], at(950), rules).add).toBeUndefined();
  expect(inUse([key('a', 0), key('b', 1000)], at(999))[0]?.id).toBe('a');
  expect(inUse([key('a', 0), key('b', 1000)], at(1000))[0]?.id).toBe('b');
});

test('after a long sleep the next one is published ahead all the same', () => {
  expect(rotation([key('a', 0)], at(5000), rules).add).toEqual(at(5100));
});

test('a key stays until the last token that it signed has expired', () => {
  const keys = [key('a', 0), key('b', 1000)];
  expect(rotation(keys, at(1050), rules).drop).toEqual([]);
  expect(rotation(keys, at(1051), rules).drop).toEqual(['a']);
  expect(rotation([...keys, key('c', 2000)], at(2040), rules).drop).toEqual(['a']);
});
