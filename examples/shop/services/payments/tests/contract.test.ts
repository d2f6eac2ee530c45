import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import type { operations } from '../src/api.ts';
import { example, startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

const after = async (...steps: readonly string[]) => {
  const path = `/payments/${randomUUID()}`;
  await app.send('PUT', path, example);
  for (const step of steps) await app.send('PUT', `${path}/${step}`);
  return path;
};

/** One call for each operation of the contract: `npm run check` names the ones that are missing. */
const calls: Record<keyof operations, () => Promise<Response>> = {
  getPayment: async () => app.send('GET', await after()),
  authorise: () => app.create(example),
  cancel: async () => app.send('DELETE', await after()),
  capture: async () => app.send('PUT', `${await after()}/capture`),
  refund: async () => app.send('PUT', `${await after('capture')}/refund`),
};

// Under test the service checks its own answers: one that breaks the contract becomes a 500 that says why.
test.each(Object.entries(calls))('%s answers as the contract says', async (_operation, call) => {
  const answer = await call();
  expect(answer.ok, await answer.text()).toBe(true);
});
