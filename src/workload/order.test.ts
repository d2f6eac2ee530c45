import { expect, it } from 'vitest';
import { startOrder, withNeeds } from './order.ts';

const shop = new Map([
  ['gateway', ['orders', 'products']],
  ['orders', ['products', 'payments']],
  ['payments', []],
  ['products', []],
  ['search', []],
]);

it('takes what a service needs along, directly or not, and says for whom', () => {
  expect([...withNeeds(['orders'], shop)]).toEqual([
    ['orders', undefined],
    ['products', 'orders'],
    ['payments', 'orders'],
  ]);
});

it('leaves out what is called but not in the workspace', () => {
  expect([...withNeeds(['a'], new Map([['a', ['elsewhere']]])).keys()]).toEqual(['a']);
});

it('lets each service wait for those it calls', () => {
  expect(startOrder(shop)).toEqual({ waitsFor: shop, circles: [] });
});

it('names a circle and cuts it open', () => {
  const circle = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['a']],
  ]);
  const { waitsFor, circles } = startOrder(circle);
  expect(circles).toEqual([['a', 'b', 'c', 'a']]);
  expect([...waitsFor]).toEqual([
    ['c', []],
    ['b', ['c']],
    ['a', ['b']],
  ]);
});

it('names a service that calls itself', () => {
  expect(startOrder(new Map([['a', ['a']]])).circles).toEqual([['a', 'a']]);
});
