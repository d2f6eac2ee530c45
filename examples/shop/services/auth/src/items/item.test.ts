import { expect, test } from 'vitest';
import { newItem, toPage } from './item.ts';

const given = { name: 'a teapot', belongsTo: '018f4d5e-0000-7000-8000-00000000000a' };
const items = ['c', 'b', 'a'].map((id) => newItem(given, id, new Date(0)));

test('a new item keeps what was given and gets its id and its time', () => {
  expect(newItem(given, 'id', new Date('2030-01-02T03:04:05Z'))).toEqual({
    ...given,
    id: 'id',
    createdAt: '2030-01-02T03:04:05.000Z',
  });
});

test('a page that is full points at its last item when more follow', () => {
  expect(toPage(items, 2)).toEqual({ items: items.slice(0, 2), nextCursor: 'b' });
});

test('the last page points nowhere', () => {
  expect(toPage(items, 3)).toEqual({ items });
  expect(toPage([], 3)).toEqual({ items: [] });
});
