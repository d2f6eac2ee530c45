import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { Payment } from '../src/payments/store.ts';
import { bodyOf, type Provider, startApp } from './app.ts';

const approve: Provider = () => ({ body: { approved: true } });
let provider = approve;
const app = await startApp((asked) => provider(asked));
afterAll(() => app.stop());
beforeEach(() => {
  provider = approve;
});

const userId = randomUUID();
const tell = (type: string, orderId: string, more: object = {}) =>
  app.events.send('orders', { type, key: orderId, data: { orderId, userId, coordinated: false, ...more } });
const price = (orderId: string, more: object = {}) =>
  tell('ORDER_PRICED', orderId, { amount: 1200, card: 'card-good', ...more });
const stateOf = async (orderId: string) =>
  (await bodyOf<Partial<Payment>>(await app.send('GET', `/payments/${orderId}`))).state;
const becomes = (orderId: string, state: string) =>
  expect.poll(() => stateOf(orderId), { timeout: 10_000 }).toBe(state);

test('money is set aside for an order that has its price, and taken once it is confirmed', async () => {
  const orderId = randomUUID();
  await price(orderId);
  const told = { type: 'PAYMENT_AUTHORISED', subject: orderId, data: { orderId, amount: 1200 } };
  expect(await app.events.next('payments')).toMatchObject(told);
  await tell('ORDER_CONFIRMED', orderId);
  await becomes(orderId, 'captured');
});

test('that a card is declined is told', async () => {
  provider = () => ({ body: { approved: false } });
  const orderId = randomUUID();
  await price(orderId);
  expect(await app.events.next('payments')).toMatchObject({ type: 'PAYMENT_DECLINED', data: { orderId } });
});

test('a provider that loses its first answers is asked again, and it is told once', async () => {
  let times = 0;
  provider = (asked) => (times++ < 4 ? { hangUp: true } : approve(asked));
  const [late, next] = [randomUUID(), randomUUID()];
  await price(late);
  expect(await app.events.next('payments')).toMatchObject({ type: 'PAYMENT_AUTHORISED', data: { orderId: late } });
  await price(next);
  expect(await app.events.next('payments')).toMatchObject({ data: { orderId: next } });
}, 30_000);

test('an order that is cancelled before it has its price pays nothing', async () => {
  const [cancelled, other] = [randomUUID(), randomUUID()];
  await tell('ORDER_CANCELLED', cancelled, { reason: 'Out of stock' });
  await becomes(cancelled, 'voided');
  await price(cancelled);
  await price(other);
  expect(await app.events.next('payments')).toMatchObject({ data: { orderId: other } });
  expect(await stateOf(cancelled)).toBe('voided');
});

test('an order that has a coordinator is left to it', async () => {
  const [coordinated, other] = [randomUUID(), randomUUID()];
  await price(coordinated, { coordinated: true });
  await price(other);
  expect(await app.events.next('payments')).toMatchObject({ data: { orderId: other } });
  expect(await stateOf(coordinated)).toBeUndefined();
});

test('each event twice is one operation to the provider, under one key', async () => {
  const orderId = randomUUID();
  for (const _ of [1, 2]) await price(orderId);
  await becomes(orderId, 'authorised');
  for (const _ of [1, 2]) await tell('ORDER_CONFIRMED', orderId);
  await becomes(orderId, 'captured');
  const asked = app.bank.requests.map(({ path }) => decodeURIComponent(path)).filter((path) => path.includes(orderId));
  expect([...new Set(asked)]).toEqual(['AUTHORISE', 'CAPTURE'].map((kind) => `/bank/operations/${orderId}:${kind}`));
});

test('a provider that takes its time with some keeps nobody else waiting', async () => {
  const slow = [...Array(8)].map(() => randomUUID());
  provider = (asked) => ({
    ...approve(asked),
    delayMs: slow.some((id) => asked.key.includes(id)) ? 1_000 : 0,
  });
  for (const orderId of slow) await price(orderId);
  const quick = randomUUID();
  await price(quick);
  await expect.poll(() => stateOf(quick), { timeout: 1_500 }).toBe('authorised');
});

test('a cancelled order gets back what was set aside', async () => {
  const orderId = randomUUID();
  await price(orderId);
  await becomes(orderId, 'authorised');
  await tell('ORDER_CANCELLED', orderId, { reason: 'Out of stock' });
  await becomes(orderId, 'voided');
});

test('what is confirmed but can never be paid for is a dead letter that says why, not silence', async () => {
  const orderId = randomUUID();
  provider = () => ({ body: { approved: false } });
  await price(orderId);
  await becomes(orderId, 'declined');
  await tell('ORDER_CONFIRMED', orderId);
  await expect
    .poll(() => app.deadLetters(), { timeout: 10_000 })
    .toEqual([{ type: 'ORDER_CONFIRMED', cause: expect.stringContaining('It is declined') }]);
}, 20_000);
