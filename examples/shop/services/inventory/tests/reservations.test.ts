import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import type { Reservation } from '../src/reservations/reservations.ts';
import { bodyOf, startApp } from './app.ts';
import { stocked } from './stocked.ts';

const app = await startApp({ EXPIRE_EVERY_MS: '100' });
afterAll(() => app.stop());

interface Asked {
  readonly product: string;
  readonly order?: string;
  readonly quantity?: number;
  readonly holdSeconds?: number;
}

const reserve = ({ product, order = randomUUID(), quantity = 1, ...more }: Asked) =>
  app.send('PUT', `/reservations/${order}`, { lines: [{ productId: product, quantity }], ...more });
const stateAfter = async (answer: Promise<Response>) => (await bodyOf<Reservation>(await answer)).state;
const release = (order: string) => app.send('DELETE', `/reservations/${order}`);
const commit = (order: string) => app.send('PUT', `/reservations/${order}/commit`);
const stock = async (product: string) => bodyOf(await app.send('GET', `/inventory/${product}`));
const expired = (order: string) =>
  expect.poll(() => stateAfter(app.send('GET', `/reservations/${order}`)), { timeout: 10_000 }).toBe('expired');

test('what is held is not available to others, and still on hand until it is sold', async () => {
  const product = await stocked(app, 5);
  const order = randomUUID();
  expect(await stateAfter(reserve({ product, order, quantity: 3 }))).toBe('held');
  expect(await stock(product)).toMatchObject({ onHand: 5, reserved: 3, available: 2 });
  expect(await stateAfter(commit(order))).toBe('committed');
  expect(await stock(product)).toMatchObject({ onHand: 2, reserved: 0, available: 2 });
});

test('a delivery counts once, however often it is told', async () => {
  const [product, delivery] = [randomUUID(), randomUUID()];
  const deliver = () => app.send('PUT', `/inventory/${product}/deliveries/${delivery}`, { quantity: 4 });
  await Promise.all([deliver(), deliver(), deliver()]);
  expect(await stock(product)).toMatchObject({ onHand: 4 });
});

test('an order gets all that it asks for, or nothing', async () => {
  const [plenty, scarce] = [await stocked(app, 5), await stocked(app, 1)];
  const lines = [plenty, scarce].map((productId) => ({ productId, quantity: 2 }));
  expect(await stateAfter(app.send('PUT', `/reservations/${randomUUID()}`, { lines }))).toBe('refused');
  expect(await stock(plenty)).toMatchObject({ reserved: 0 });
});

test('two hundred buyers of the last ten units: ten get one', async () => {
  const product = await stocked(app, 10);
  const states = await Promise.all([...Array(200)].map(() => stateAfter(reserve({ product }))));
  expect(states.filter((state) => state === 'held')).toHaveLength(10);
  expect(states.filter((state) => state === 'refused')).toHaveLength(190);
  expect(await stock(product)).toMatchObject({ onHand: 10, reserved: 10, available: 0 });
});

test('orders that ask for the same products in another order do not wait for each other for ever', async () => {
  const products = [await stocked(app, 100), await stocked(app, 100), await stocked(app, 100)];
  const lines = products.map((productId) => ({ productId, quantity: 1 }));
  const order = (of: typeof lines) => stateAfter(app.send('PUT', `/reservations/${randomUUID()}`, { lines: of }));
  const states = await Promise.all([...Array(60)].map((_, turn) => order(turn % 2 ? lines : lines.toReversed())));
  expect(new Set(states)).toEqual(new Set(['held']));
});

test('asking, committing and releasing again changes nothing', async () => {
  const product = await stocked(app, 5);
  const [sold, given] = [randomUUID(), randomUUID()];
  await Promise.all([1, 2, 3].map(() => reserve({ product, order: sold, quantity: 2 })));
  await Promise.all([1, 2, 3].map(() => commit(sold)));
  await reserve({ product, order: given, quantity: 1 });
  await Promise.all([1, 2, 3].map(() => release(given)));
  expect(await stock(product)).toMatchObject({ onHand: 3, reserved: 0 });
});

test('an order that asks for something else under its id is told so', async () => {
  const product = await stocked(app, 5);
  const order = randomUUID();
  await reserve({ product, order, quantity: 1 });
  expect((await reserve({ product, order, quantity: 2 })).status).toBe(409);
});

test('a release that comes first keeps the reservation that comes late from holding anything', async () => {
  const product = await stocked(app, 5);
  const order = randomUUID();
  expect(await stateAfter(release(order))).toBe('released');
  expect(await stateAfter(reserve({ product, order }))).toBe('released');
  expect(await stock(product)).toMatchObject({ reserved: 0 });
  expect((await commit(order)).status).toBe(409);
});

test('what is sold cannot be given back, and what was given back cannot be sold', async () => {
  const product = await stocked(app, 5);
  const [sold, given] = [randomUUID(), randomUUID()];
  for (const order of [sold, given]) await reserve({ product, order });
  await commit(sold);
  await release(given);
  expect((await release(sold)).status).toBe(409);
  expect((await commit(given)).status).toBe(409);
  expect((await commit(randomUUID())).status).toBe(409);
  expect(await stock(product)).toMatchObject({ onHand: 4, reserved: 0 });
});

test('a commit and a release at the same time: one of them wins, and the stock agrees', async () => {
  const product = await stocked(app, 20);
  const orders = [...Array(20)].map(() => randomUUID());
  for (const order of orders) await reserve({ product, order });
  await Promise.all(orders.flatMap((order) => [commit(order), release(order)]));
  const states = await Promise.all(orders.map((order) => stateAfter(app.send('GET', `/reservations/${order}`))));
  const sold = states.filter((state) => state === 'committed').length;
  expect(states.filter((state) => state === 'released')).toHaveLength(20 - sold);
  expect(await stock(product)).toMatchObject({ onHand: 20 - sold, reserved: 0 });
});

test('a hold that nobody commits is given back, once', async () => {
  const product = await stocked(app, 5);
  const order = randomUUID();
  await reserve({ product, order, quantity: 3, holdSeconds: 1 });
  await expired(order);
  expect(await stock(product)).toMatchObject({ onHand: 5, reserved: 0 });
  expect(await stateAfter(release(order))).toBe('released');
  expect(await stock(product)).toMatchObject({ onHand: 5, reserved: 0 });
});

test('a commit that comes after the hold has expired sells what is still there, and never what is not', async () => {
  const product = await stocked(app, 2);
  const [late, tooLate] = [randomUUID(), randomUUID()];
  for (const order of [late, tooLate]) await reserve({ product, order, holdSeconds: 1 });
  for (const order of [late, tooLate]) await expired(order);
  expect(await stateAfter(commit(late))).toBe('committed');
  expect(await stateAfter(reserve({ product }))).toBe('held');
  expect((await commit(tooLate)).status).toBe(409);
  expect(await stock(product)).toMatchObject({ onHand: 1, reserved: 1 });
});
