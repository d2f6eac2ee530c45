import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import type { Hold } from '../src/holds/holds.ts';
import { bodyOf, startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

const userId = randomUUID();
await app.send('PUT', `/points/${userId}/grants/${randomUUID()}`, { points: 300 });

const tell = (type: string, orderId: string, more: object = {}) =>
  app.events.send('orders', { type, key: orderId, data: { orderId, userId, coordinated: false, ...more } });
const create = (orderId: string, more: object = {}) =>
  tell('ORDER_CREATED', orderId, { lines: [{ productId: randomUUID(), quantity: 1 }], total: 1000, ...more });
const stateOf = async (orderId: string) =>
  (await bodyOf<Partial<Hold>>(await app.send('GET', `/holds/${orderId}`))).state;
const becomes = (orderId: string, state: string) =>
  expect.poll(() => stateOf(orderId), { timeout: 10_000 }).toBe(state);
const points = async () => (await bodyOf<{ points: number }>(await app.send('GET', `/points/${userId}`))).points;

test('points are held for an order that is told of, and used up once it is confirmed', async () => {
  const orderId = randomUUID();
  await create(orderId, { points: 100 });
  expect(await app.events.next('promotions')).toMatchObject({
    type: 'DISCOUNT_HELD',
    data: { orderId, discount: 100 },
  });
  await tell('ORDER_CONFIRMED', orderId);
  await becomes(orderId, 'spent');
  expect(await points()).toBe(200);
});

test('a coupon that is not valid is told', async () => {
  const orderId = randomUUID();
  await create(orderId, { coupon: 'NOBODYS' });
  const reason = 'The coupon is not valid';
  expect(await app.events.next('promotions')).toMatchObject({ type: 'DISCOUNT_REFUSED', data: { orderId, reason } });
});

test('what a cancelled order held is given back', async () => {
  const orderId = randomUUID();
  await create(orderId, { points: 50 });
  await app.events.next('promotions');
  await tell('ORDER_CANCELLED', orderId, { reason: 'Payment failed' });
  await becomes(orderId, 'released');
  expect(await points()).toBe(200);
});

test('an order that has a coordinator is left to it', async () => {
  const [coordinated, other] = [randomUUID(), randomUUID()];
  await create(coordinated, { coordinated: true });
  await create(other);
  expect(await app.events.next('promotions')).toMatchObject({ data: { orderId: other, discount: 0 } });
  expect(await stateOf(coordinated)).toBeUndefined();
});
