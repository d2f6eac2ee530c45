import { afterAll, expect, test } from 'vitest';
import type { operations } from '../src/api.ts';
import { startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

/** One call for each operation of the contract: `npm run check` names the ones that are missing. */
const calls: Record<keyof operations, () => Promise<Response>> = {
  listOrders: () => app.send('GET', '/orders?limit=5'),
  placeOrder: () => app.place(),
  getOrder: async () => app.send('GET', (await app.place()).headers.get('location') ?? ''),
  rebuildCopies: () => app.send('POST', '/product-copies/rebuild'),
};

// Under test the service checks its own answers: one that breaks the contract becomes a 500 that says why.
test.each(Object.entries(calls))('%s answers as the contract says', async (_operation, call) => {
  const answer = await call();
  expect(answer.ok, await answer.text()).toBe(true);
});
