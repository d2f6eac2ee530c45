import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import type { operations } from '../src/api.ts';
import { startApp } from './app.ts';
import { stocked } from './stocked.ts';

const app = await startApp();
afterAll(() => app.stop());

const product = await stocked(app, 10);
const held = async () => {
  const path = `/reservations/${randomUUID()}`;
  await app.send('PUT', path, { lines: [{ productId: product, quantity: 1 }] });
  return path;
};

/** One call for each operation of the contract: `npm run check` names the ones that are missing. */
const calls: Record<keyof operations, () => Promise<Response>> = {
  getStock: () => app.send('GET', `/inventory/${product}`),
  receiveDelivery: () => app.send('PUT', `/inventory/${product}/deliveries/${randomUUID()}`, { quantity: 1 }),
  getReservation: async () => app.send('GET', await held()),
  reserve: () => app.send('PUT', `/reservations/${randomUUID()}`, { lines: [{ productId: product, quantity: 1 }] }),
  release: async () => app.send('DELETE', await held()),
  commit: async () => app.send('PUT', `${await held()}/commit`),
};

// Under test the service checks its own answers: one that breaks the contract becomes a 500 that says why.
test.each(Object.entries(calls))('%s answers as the contract says', async (_operation, call) => {
  const answer = await call();
  expect(answer.ok, await answer.text()).toBe(true);
});
