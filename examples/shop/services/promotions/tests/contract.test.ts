import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import type { operations } from '../src/api.ts';
import { example, startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

const held = async () => {
  const path = `/holds/${randomUUID()}`;
  await app.send('PUT', path, example);
  return path;
};

/** One call for each operation of the contract: `npm run check` names the ones that are missing. */
const calls: Record<keyof operations, () => Promise<Response>> = {
  issueCoupon: () => app.send('PUT', '/coupons/SPRING', { discount: 500, uses: 10 }),
  getPoints: () => app.send('GET', `/points/${randomUUID()}`),
  grantPoints: () => app.send('PUT', `/points/${randomUUID()}/grants/${randomUUID()}`, { points: 10 }),
  getHold: async () => app.send('GET', await held()),
  hold: () => app.create(example),
  release: async () => app.send('DELETE', await held()),
  spend: async () => app.send('PUT', `${await held()}/spend`),
};

// Under test the service checks its own answers: one that breaks the contract becomes a 500 that says why.
test.each(Object.entries(calls))('%s answers as the contract says', async (_operation, call) => {
  const answer = await call();
  expect(answer.ok, await answer.text()).toBe(true);
});
