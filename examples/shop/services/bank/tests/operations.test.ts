import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { bodyOf, startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

const ask = (
  reference: string,
  kind: string,
  { amount = 500, card = 'card-good', key = `${reference}:${kind}` } = {},
) => app.send('PUT', `/bank/operations/${key}`, { kind, reference, amount, card });
const approved = async (answer: Promise<Response>) => (await bodyOf<{ approved: boolean }>(await answer)).approved;

test('an operation is done once for each key, and the answer stays the same', async () => {
  const order = randomUUID();
  const answers = await Promise.all([1, 2, 3].map(() => approved(ask(order, 'AUTHORISE'))));
  expect(answers).toEqual([true, true, true]);
  expect(await approved(ask(order, 'CAPTURE', { key: `${order}:second` }))).toBe(true);
  expect(await approved(ask(order, 'CAPTURE', { key: `${order}:third` }))).toBe(false);
});

test('a key that stands for another operation is refused', async () => {
  const order = randomUUID();
  await ask(order, 'AUTHORISE');
  expect((await ask(order, 'AUTHORISE', { amount: 600 })).status).toBe(409);
});

test('money is captured or voided, never both, and refunded only after that', async () => {
  const order = randomUUID();
  await ask(order, 'AUTHORISE');
  expect(await approved(ask(order, 'REFUND', { key: `${order}:early` }))).toBe(false);
  expect(await approved(ask(order, 'CAPTURE'))).toBe(true);
  expect(await approved(ask(order, 'VOID'))).toBe(false);
  expect(await approved(ask(order, 'REFUND'))).toBe(true);
});

test('a declined card authorises nothing', async () => {
  const order = randomUUID();
  expect(await approved(ask(order, 'AUTHORISE', { card: 'card-declined' }))).toBe(false);
  expect(await approved(ask(order, 'CAPTURE'))).toBe(false);
});

test('of some cards the first answer is lost: asked again under the same key, the bank tells what it did', async () => {
  const order = randomUUID();
  expect((await ask(order, 'AUTHORISE', { card: 'card-lost' })).status).toBe(504);
  expect(await approved(ask(order, 'AUTHORISE', { card: 'card-lost' }))).toBe(true);
  expect((await ask(randomUUID(), 'AUTHORISE', { card: 'card-down' })).status).toBe(503);
});

test('a card says how often its provider is away or loses its answer, and under one key all is done once', async () => {
  const [away, lost] = [randomUUID(), randomUUID()];
  for (const status of [503, 503, 200]) {
    expect((await ask(away, 'AUTHORISE', { card: 'card-down-2' })).status).toBe(status);
  }
  for (const status of [504, 504, 200]) {
    expect((await ask(lost, 'AUTHORISE', { card: 'card-lost-2' })).status).toBe(status);
  }
  expect(await approved(ask(lost, 'CAPTURE', { key: `${lost}:all` }))).toBe(true);
  expect(await approved(ask(lost, 'CAPTURE', { key: `${lost}:more` }))).toBe(false);
});

test('what costs nothing is authorised and let go of like anything else', async () => {
  const order = randomUUID();
  expect(await approved(ask(order, 'VOID', { amount: 0, key: `${order}:early` }))).toBe(false);
  expect(await approved(ask(order, 'AUTHORISE', { amount: 0 }))).toBe(true);
  expect(await approved(ask(order, 'VOID', { amount: 0 }))).toBe(true);
});
