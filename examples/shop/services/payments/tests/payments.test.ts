import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { Payment } from '../src/payments/store.ts';
import { bodyOf, example, type Provider, startApp } from './app.ts';

const approve: Provider = () => ({ body: { approved: true } });
let provider = approve;
const app = await startApp((asked) => provider(asked));
afterAll(() => app.stop());
beforeEach(() => {
  provider = approve;
});

const authorise = (order: string, wish: object = {}) => app.send('PUT', `/payments/${order}`, { ...example, ...wish });
const cancel = (order: string) => app.send('DELETE', `/payments/${order}`);
const capture = (order: string) => app.send('PUT', `/payments/${order}/capture`);
const refund = (order: string) => app.send('PUT', `/payments/${order}/refund`);
const state = async (order: string) => (await bodyOf<Payment>(await app.send('GET', `/payments/${order}`))).state;
const asked = (order: string) =>
  app.bank.requests
    .filter(({ path }) => path.includes(order))
    .map(({ path }) => decodeURIComponent(path).split(':')[1]);

test('money is set aside, taken, and given back', async () => {
  const order = randomUUID();
  for (const step of [authorise, capture, refund]) expect((await step(order)).status).toBe(200);
  expect(await state(order)).toBe('refunded');
  expect(asked(order)).toEqual(['AUTHORISE', 'CAPTURE', 'REFUND']);
});

test('what was done is not done again', async () => {
  const order = randomUUID();
  for (const step of [authorise, authorise, capture, capture]) await step(order);
  expect(asked(order)).toEqual(['AUTHORISE', 'CAPTURE']);
});

test('a declined payment is an answer, not an error; nothing of it can be taken', async () => {
  provider = () => ({ body: { approved: false } });
  const order = randomUUID();
  expect(await bodyOf<Payment>(await authorise(order))).toMatchObject({ state: 'declined' });
  expect((await capture(order)).status).toBe(409);
  expect((await cancel(order)).status).toBe(200);
  expect(asked(order)).toEqual(['AUTHORISE']);
});

test('an outcome that is not known is asked for again under the same key, and never taken for a failure', async () => {
  let away = true;
  provider = () => (away ? { status: 504 } : { body: { approved: true } });
  const order = randomUUID();
  expect((await authorise(order)).status).toBe(504);
  expect(await state(order)).toBe('pending');
  away = false;
  expect(await bodyOf<Payment>(await authorise(order))).toMatchObject({ state: 'authorised' });
  expect(new Set(app.bank.requests.filter(({ path }) => path.includes(order)).map(({ path }) => path)).size).toBe(1);
});

test('a cancelled payment of unknown outcome is learnt of first, then voided, though nobody asks again', async () => {
  let away = true;
  provider = () => (away ? { hangUp: true } : { body: { approved: true } });
  const order = randomUUID();
  await authorise(order);
  await cancel(order);
  away = false;
  await expect.poll(() => state(order), { timeout: 20_000 }).toBe('voided');
  expect(asked(order).slice(-2)).toEqual(['AUTHORISE', 'VOID']);
}, 30_000);

test('a cancel that comes first keeps the payment that comes late from taking anything', async () => {
  const order = randomUUID();
  await cancel(order);
  expect((await authorise(order)).status).toBe(409);
  expect(await state(order)).toBe('voided');
  expect(asked(order)).toEqual([]);
});

test('a capture and a cancel at the same time: one of them wins, and the provider is asked for that one alone', async () => {
  const orders = [...Array(10)].map(() => randomUUID());
  for (const order of orders) await authorise(order);
  await Promise.all(orders.flatMap((order) => [capture(order), cancel(order)]));
  for (const order of orders) {
    const operations = new Set(asked(order));
    expect([...operations]).toEqual(['AUTHORISE', (await state(order)) === 'captured' ? 'CAPTURE' : 'VOID']);
  }
});

test('an order cannot pay another amount under its id', async () => {
  const order = randomUUID();
  await authorise(order);
  expect((await authorise(order, { amount: 1 })).status).toBe(409);
});
