import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import type { Reservation } from '../src/reservations/reservations.ts';
import { bodyOf, startApp } from './app.ts';
import { stocked } from './stocked.ts';

const app = await startApp({ EXPIRE_EVERY_MS: '100' });
afterAll(() => app.stop());

const about = (orderId: string) => ({ orderId, userId: randomUUID(), coordinated: false });
const tell = (type: string, data: { readonly orderId: string; readonly [member: string]: unknown }) =>
  app.events.send('orders', { type, key: data.orderId, data });
const placed = (orderId: string, productId: string, more: object = {}) =>
  tell('ORDER_CREATED', { ...about(orderId), lines: [{ productId, quantity: 2 }], total: 5000, ...more });
const confirmed = (orderId: string) => tell('ORDER_CONFIRMED', about(orderId));
const cancelled = (orderId: string) => tell('ORDER_CANCELLED', { ...about(orderId), reason: 'Payment failed' });
const told = async () => {
  const { type, data } = await app.events.next('inventory');
  return { type, data };
};
const stock = async (product: string) => bodyOf(await app.send('GET', `/inventory/${product}`));
const reservation = async (order: string) =>
  bodyOf<Partial<Reservation>>(await app.send('GET', `/reservations/${order}`));
const becomes = (order: string, state: string) =>
  expect.poll(() => reservation(order), { timeout: 10_000 }).toMatchObject({ state });

/** An order of two of a product, and what was told of it. */
async function reserved(product: string) {
  const orderId = randomUUID();
  await placed(orderId, product);
  expect(await told()).toEqual({ type: 'STOCK_RESERVED', data: { orderId } });
  return orderId;
}

test('an order is reserved for as it is placed, and sold as it is confirmed', async () => {
  const product = await stocked(app, 5);
  const order = await reserved(product);
  expect(await stock(product)).toMatchObject({ onHand: 5, reserved: 2 });
  await confirmed(order);
  await becomes(order, 'committed');
  expect(await stock(product)).toMatchObject({ onHand: 3, reserved: 0 });
});

test('an order of what is not there is refused, with the reason', async () => {
  const orderId = randomUUID();
  await placed(orderId, await stocked(app, 1));
  expect(await told()).toEqual({ type: 'STOCK_REFUSED', data: { orderId, reason: 'Out of stock' } });
});

test('a cancelled order gives back what was held for it', async () => {
  const product = await stocked(app, 5);
  const order = await reserved(product);
  await cancelled(order);
  await becomes(order, 'released');
  expect(await stock(product)).toMatchObject({ onHand: 5, reserved: 0 });
});

test('each event twice has the effect of once', async () => {
  const product = await stocked(app, 5);
  const order = await reserved(product);
  await placed(order, product);
  expect(await told()).toEqual({ type: 'STOCK_RESERVED', data: { orderId: order } });
  await confirmed(order);
  await confirmed(order);
  const next = await reserved(product);
  await cancelled(next);
  await cancelled(next);
  await becomes(next, 'released');
  await becomes(order, 'committed');
  expect(await stock(product)).toMatchObject({ onHand: 3, reserved: 0 });
});

test('an order that was cancelled before it was placed holds nothing, and nobody is told of it', async () => {
  const product = await stocked(app, 5);
  const order = randomUUID();
  await cancelled(order);
  await placed(order, product);
  await reserved(await stocked(app, 5));
  expect(await reservation(order)).toEqual({ orderId: order, state: 'released', lines: [] });
  expect(await stock(product)).toMatchObject({ reserved: 0 });
});

test('an order that somebody coordinates is left to them', async () => {
  const order = randomUUID();
  await placed(order, await stocked(app, 5), { coordinated: true });
  for (const type of ['ORDER_CONFIRMED', 'ORDER_CANCELLED']) {
    await tell(type, { ...about(order), reason: 'Out of stock', coordinated: true });
  }
  await reserved(await stocked(app, 5));
  expect(await reservation(order)).toMatchObject({ status: 404 });
  expect(await app.deadLetters()).toEqual([]);
});

test('what is confirmed but can never be delivered is a dead letter that says why, not silence', async () => {
  const product = await stocked(app, 2);
  const order = randomUUID();
  await app.send('PUT', `/reservations/${order}`, { lines: [{ productId: product, quantity: 2 }], holdSeconds: 1 });
  await becomes(order, 'expired');
  await reserved(product);
  await confirmed(order);
  await expect
    .poll(() => app.deadLetters(), { timeout: 10_000 })
    .toEqual([
      { type: 'ORDER_CONFIRMED', cause: expect.stringContaining('The hold has expired, and the stock is sold') },
    ]);
}, 20_000);
