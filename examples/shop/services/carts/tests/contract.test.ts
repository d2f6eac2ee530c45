import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import type { operations } from '../src/api.ts';
import { example, startApp, teapot } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

const user = randomUUID();

/** One call for each operation of the contract: `npm run check` names the ones that are missing. */
const calls: Record<keyof operations, () => Promise<Response>> = {
  getCart: () => app.send('GET', '', { user }),
  emptyCart: () => app.send('DELETE', '', { user }),
  putItem: () => app.create(example),
  removeItem: () => app.send('DELETE', `/items/${teapot.id}`, { user }),
};

// Under test the service checks its own answers: one that breaks the contract becomes a 500 that says why.
test.each(Object.entries(calls))('%s answers as the contract says', async (_operation, call) => {
  const answer = await call();
  expect(answer.ok, await answer.text()).toBe(true);
});
