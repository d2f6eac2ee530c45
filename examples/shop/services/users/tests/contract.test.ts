import { afterAll, expect, test } from 'vitest';
import type { operations } from '../src/api.ts';
import type { User } from '../src/users/store.ts';
import { bodyOf, example, startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

const path = async () => `/users/${(await bodyOf<User>(await app.create(example))).id}`;

/** One call for each operation of the contract: `npm run check` names the ones that are missing. */
const calls: Record<keyof operations, () => Promise<Response>> = {
  createUser: () => app.create(example),
  getUser: async () => app.send('GET', await path()),
  putUser: async () => app.send('PUT', await path(), example),
};

// Under test the service checks its own answers: one that breaks the contract becomes a 500 that says why.
test.each(Object.entries(calls))('%s answers as the contract says', async (_operation, call) => {
  const answer = await call();
  expect(answer.ok, await answer.text()).toBe(true);
});
