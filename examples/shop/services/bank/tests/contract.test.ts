import { afterAll, expect, test } from 'vitest';
import type { operations } from '../src/api.ts';
import { example, startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

/** One call for each operation of the contract: `npm run check` names the ones that are missing. */
const calls: Record<keyof operations, () => Promise<Response>> = {
  operate: () => app.create(example),
};

// Under test the service checks its own answers: one that breaks the contract becomes a 500 that says why.
test.each(Object.entries(calls))('%s answers as the contract says', async (_operation, call) => {
  const answer = await call();
  expect(answer.ok, await answer.text()).toBe(true);
});
