import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import type { Hold } from '../src/holds/holds.ts';
import { bodyOf, startApp } from './app.ts';

const app = await startApp({ EXPIRE_EVERY_MS: '100' });
afterAll(() => app.stop());

const about = (orderId: string) => ({ orderId, userId: randomUUID(), coordinated: false });
const tell = (type: string, data: { readonly orderId: string; readonly [member: string]: unknown }) =>
  app.events.send('orders', { type, key: data.orderId, data });
const placed = (orderId: string, wish: object) =>
  tell('ORDER_CREATED', {
    ...about(orderId),
    lines: [{ productId: randomUUID(), quantity: 1 }],
    total: 5000,
    ...wish,
  });
const confirmed = (orderId: string) => tell('ORDER_CONFIRMED', about(orderId));
const cancelled = (orderId: string) => tell('ORDER_CANCELLED', { ...about(orderId), reason: 'Out of stock' });
const told = async () => {
  const { type, data } = await app.events.next('promotions');
  return { type, data };
};
const points = async (user: string) =>
  (await bodyOf<{ points: number }>(await app.send('GET', `/points/${user}`))).points;
const hold = async (order: string) => bodyOf<Partial<Hold>>(await app.send('GET', `/holds/${order}`));
const becomes = (order: string, state: string) =>
  expect.poll(() => hold(order), { timeout: 10_000 }).toMatchObject({ state });

async function userWith(balance: number): Promise<string> {
  const user = randomUUID();
  await app.send('PUT', `/points/${user}/grants/${randomUUID()}`, { points: balance });
  return user;
}

/** An order that pays with points, and what was told of it. */
async function held(userId: string, used = 400) {
  const orderId = randomUUID();
  await placed(orderId, { userId, points: used });
  expect(await told()).toEqual({ type: 'DISCOUNT_HELD', data: { orderId, discount: used } });
  return orderId;
}

test('points are held for an order as it is placed, and spent as it is confirmed', async () => {
  const user = await userWith(1000);
  const order = await held(user);
  expect(await points(user)).toBe(600);
  await confirmed(order);
  await becomes(order, 'spent');
  expect(await points(user)).toBe(600);
});

test('an order that uses nothing is told of too, so that it need not wait', async () => {
  const orderId = randomUUID();
  await placed(orderId, {});
  expect(await told()).toEqual({ type: 'DISCOUNT_HELD', data: { orderId, discount: 0 } });
});

test('a coupon that does not exist is refused, with the reason', async () => {
  const orderId = randomUUID();
  await placed(orderId, { coupon: 'NO-SUCH' });
  expect(await told()).toEqual({
    type: 'DISCOUNT_REFUSED',
    data: { orderId, reason: 'The coupon is not valid' },
  });
});

test('a cancelled order gives back what was held for it', async () => {
  const user = await userWith(1000);
  const order = await held(user);
  await cancelled(order);
  await becomes(order, 'released');
  expect(await points(user)).toBe(1000);
});

test('each event twice has the effect of once', async () => {
  const user = await userWith(1000);
  const order = await held(user);
  await placed(order, { userId: user, points: 400 });
  expect(await told()).toEqual({ type: 'DISCOUNT_HELD', data: { orderId: order, discount: 400 } });
  await confirmed(order);
  await confirmed(order);
  const next = await held(user, 100);
  await cancelled(next);
  await cancelled(next);
  await becomes(next, 'released');
  await becomes(order, 'spent');
  expect(await points(user)).toBe(600);
});

test('an order that was cancelled before it was placed holds nothing, and nobody is told of it', async () => {
  const [order, user] = [randomUUID(), await userWith(1000)];
  await cancelled(order);
  await placed(order, { userId: user, points: 400 });
  await held(await userWith(1000));
  expect(await hold(order)).toMatchObject({ state: 'released', discount: 0 });
  expect(await points(user)).toBe(1000);
});

test('an order that somebody coordinates is left to them', async () => {
  const order = randomUUID();
  await placed(order, { coordinated: true });
  for (const type of ['ORDER_CONFIRMED', 'ORDER_CANCELLED']) {
    await tell(type, { ...about(order), reason: 'Out of stock', coordinated: true });
  }
  await held(await userWith(1000));
  expect(await hold(order)).toMatchObject({ status: 404 });
  expect(await app.deadLetters()).toEqual([]);
});

test('what is confirmed but can no longer be spent is a dead letter that says why, not silence', async () => {
  const [order, user] = [randomUUID(), await userWith(400)];
  await app.send('PUT', `/holds/${order}`, { userId: user, total: 5000, points: 400, holdSeconds: 1 });
  await becomes(order, 'expired');
  await held(user);
  await confirmed(order);
  await expect
    .poll(() => app.deadLetters(), { timeout: 10_000 })
    .toEqual([{ type: 'ORDER_CONFIRMED', cause: expect.stringContaining('what it held is gone') }]);
}, 20_000);
