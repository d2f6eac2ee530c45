import { expect, test } from 'vitest';
import { linesOf, totalOf } from './order.ts';

const [tea, cup] = ['018f4d5e-0000-7000-8000-00000000000a', '018f4d5e-0000-7000-8000-00000000000b'] as const;
const products = [
  { id: tea, name: 'tea', price: 350 },
  { id: cup, name: 'cup', price: 1000 },
];
const wish = (...items: readonly (readonly [string, number])[]) => ({
  items: items.map(([productId, quantity]) => ({ productId, quantity })),
  card: 'card-good',
});

test('lines carry the name and the price of their product', () => {
  expect(linesOf(wish([tea, 2], [cup, 1]), products)).toEqual([
    { productId: tea, name: 'tea', price: 350, quantity: 2 },
    { productId: cup, name: 'cup', price: 1000, quantity: 1 },
  ]);
});

test('a product that is named twice is one line, however its id is written', () => {
  expect(linesOf(wish([tea, 2], [tea.toUpperCase(), 3]), products)).toMatchObject([{ productId: tea, quantity: 5 }]);
});

test('one product that does not exist leaves no lines', () => {
  expect(linesOf(wish([tea, 1], ['018f4d5e-0000-7000-8000-00000000000c', 1]), products)).toBeUndefined();
});

test('a total is the sum of what lines cost', () => {
  expect(totalOf(linesOf(wish([tea, 2], [cup, 1]), products) ?? [])).toBe(1700);
});
