import { afterAll, expect, test } from 'vitest';
import type { operations } from '../src/api.ts';
import type { Product } from '../src/products/store.ts';
import { bodyOf, example, startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

const teapot = async () => (await bodyOf<Product>(await app.create(example))).id;

/** One call for each operation of the contract: `npm run check` names the ones that are missing. */
const calls: Record<keyof operations, () => Promise<Response>> = {
  listProducts: () => app.list('limit=5'),
  createProduct: () => app.create(example),
  getProduct: async () => app.get(await teapot()),
  changeProduct: async () => app.change(await teapot(), { price: 3000 }),
};

// Under test the service checks its own answers: one that breaks the contract becomes a 500 that says why.
test.each(Object.entries(calls))('%s answers as the contract says', async (_operation, call) => {
  const answer = await call();
  expect(answer.ok, await answer.text()).toBe(true);
});
