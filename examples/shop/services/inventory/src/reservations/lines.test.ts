import { expect, test } from 'vitest';
import { totalled } from './lines.ts';

test('lines of one product are added up, and stand in the order of the products, in small letters', () => {
  const lines = [
    { productId: 'b', quantity: 1 },
    { productId: 'a', quantity: 2 },
    { productId: 'B', quantity: 3 },
  ];
  expect(totalled(lines)).toEqual([
    { productId: 'a', quantity: 2 },
    { productId: 'b', quantity: 4 },
  ]);
});
