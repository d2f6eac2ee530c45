import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import type { Reservation } from '../src/reservations/reservations.ts';
import { bodyOf, startApp } from './app.ts';
import { stocked } from './stocked.ts';

const app = await startApp();
afterAll(() => app.stop());

/** An event of an order for so many units of a product, as `orders` tells it. */
const tell = (type: string, orderId: string, more: object = {}) =>
  app.events.send('orders', {
    type,
    key: orderId,
    data: { orderId, userId: randomUUID(), coordinated: false, ...more },
  });
const create = (orderId: string, productId: string, more: object = {}) =>
  tell('ORDER_CREATED', orderId, { lines: [{ productId, quantity: 2 }], total: 100, ...more });
const stateOf = async (orderId: string) =>
  (await bodyOf<Partial<Reservation>>(await app.send('GET', `/reservations/${orderId}`))).state;
const becomes = (orderId: string, state: string) =>
  expect.poll(() => stateOf(orderId), { timeout: 10_000 }).toBe(state);
const deadLetters = async () =>
  Number(/^events_dead_letters(?:\{.*\})? (\d+)/m.exec(await (await app.send('GET', '/metrics')).text())?.[1]);

test('stock is held for an order that is told of, and sold once it is confirmed', async () => {
  const orderId = randomUUID();
  await create(orderId, await stocked(app, 2));
  expect(await app.events.next('inventory')).toMatchObject({
    type: 'STOCK_RESERVED',
    subject: orderId,
    data: { orderId },
  });
  await tell('ORDER_CONFIRMED', orderId);
  await becomes(orderId, 'committed');
});

test('an order that asks for more than there is is told so', async () => {
  const orderId = randomUUID();
  await create(orderId, await stocked(app, 1));
  expect(await app.events.next('inventory')).toMatchObject({
    type: 'STOCK_REFUSED',
    data: { orderId, reason: 'Out of stock' },
  });
});

test('what a cancelled order held is given back', async () => {
  const orderId = randomUUID();
  await create(orderId, await stocked(app, 2));
  await app.events.next('inventory');
  await tell('ORDER_CANCELLED', orderId, { reason: 'Payment failed' });
  await becomes(orderId, 'released');
});

test('an order that has a coordinator is left to it', async () => {
  const [coordinated, other] = [randomUUID(), randomUUID()];
  const product = await stocked(app, 10);
  await create(coordinated, product, { coordinated: true });
  await create(other, product);
  expect(await app.events.next('inventory')).toMatchObject({ data: { orderId: other } });
  expect(await stateOf(coordinated)).toBeUndefined();
});

test('an order that is confirmed although nothing is held for it becomes a dead letter, and is not lost', async () => {
  const orderId = randomUUID();
  await tell('ORDER_CONFIRMED', orderId);
  await expect.poll(deadLetters, { timeout: 20_000 }).toBe(1);
}, 30_000);
