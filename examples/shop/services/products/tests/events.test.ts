import { afterAll, expect, test } from 'vitest';
import type { Product } from '../src/products/store.ts';
import { bodyOf, example, startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

test('others are told of a product, and of each version of it', async () => {
  const { id } = await bodyOf<Product>(await app.create(example));
  await app.change(id, { price: 2900 });
  const told = { productId: id, name: example.name, price: example.price, version: 1 };
  expect(await app.events.next('products')).toMatchObject({ type: 'PRODUCT_CHANGED', subject: id, data: told });
  expect(await app.events.next('products')).toMatchObject({ data: { ...told, price: 2900, version: 2 } });
});
