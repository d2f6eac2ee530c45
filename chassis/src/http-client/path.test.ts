import { expect, it } from 'vitest';
import { path, queryText } from './path.ts';

it('keeps values from leading elsewhere', () => {
  expect(path`/products/${'a/../b?x=1#y'}/parts/${7}`).toBe('/products/a%2F..%2Fb%3Fx%3D1%23y/parts/7');
});

it.each(['', '.', '..'])("refuses '%s' as a part of a path", (value) => {
  expect(() => path`/products/${value}`).toThrow(RangeError);
});

it('writes lists one by one, and leaves out what is undefined', () => {
  expect(queryText({ status: ['open', 'new'], limit: 5, after: undefined, q: 'a&b' })).toBe('?status=open&status=new&limit=5&q=a%26b');
  expect(queryText({})).toBe('');
});
