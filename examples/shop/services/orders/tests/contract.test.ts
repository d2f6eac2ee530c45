import { afterAll, expect, test } from 'vitest';
import type { operations } from '../src/api.ts';
import type { Item } from '../src/items/item.ts';
import { bodyOf, example, startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

/** One call for each operation of the contract: `npm run check` names the ones that are missing. */
const calls: Record<keyof operations, () => Promise<Response>> = {
  listItems: () => app.list('limit=5'),
  createItem: () => app.create(example),
  getItem: async () => app.get((await bodyOf<Item>(await app.create(example))).id),
};

// Under test the service checks its own answers: one that breaks the contract becomes a 500 that says why.
test.each(Object.entries(calls))('%s answers as the contract says', async (_operation, call) => {
  const answer = await call();
  expect(answer.ok, await answer.text()).toBe(true);
});
