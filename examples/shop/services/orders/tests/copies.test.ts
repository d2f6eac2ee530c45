import { afterAll, expect, test } from 'vitest';
import type { Order } from '../src/orders/order.ts';
import { bodyOf, example, startApp } from './app.ts';
import { teapot } from './shop.ts';

const app = await startApp();
afterAll(() => app.stop());

const changed = (name: string, version: number, price = 2500) =>
  app.events.send('products', {
    type: 'PRODUCT_CHANGED',
    key: teapot,
    data: { productId: teapot, name, price, version },
  });
const place = async () => bodyOf<Order>(await app.place());
const itemOf = async ({ id }: Order) => (await bodyOf<Order>(await app.send('GET', `/orders/${id}`))).items[0];

test('an order shows what its product is called now, at the price that was agreed', async () => {
  const order = await place();
  await changed('samovar', 3, 9900);
  await expect.poll(() => itemOf(order)).toMatchObject({ name: 'samovar', price: 2500 });
});

test('what is older than what is known changes nothing', async () => {
  const order = await place();
  await changed('kettle', 2);
  await changed('samovar, polished', 4, 9900);
  await expect.poll(() => itemOf(order)).toMatchObject({ name: 'samovar, polished' });
});

test('orders are readable, and taken at known prices, while nobody answers for products', async () => {
  const before = await place();
  app.shop.mood.silent.add('products');
  expect(await itemOf(before)).toMatchObject({ name: 'samovar, polished' });
  const answer = await app.place();
  expect(answer.status).toBe(201);
  expect(await bodyOf<Order>(answer)).toMatchObject({ total: 2 * 9900 });
  app.shop.mood.silent.clear();
});

test('a copy that was lost is built anew from the products themselves', async () => {
  const order = await bodyOf<Order>(await app.place(example));
  const { default: pg } = await import('pg');
  const client = new pg.Client(app.databaseUrl);
  await client.connect();
  await client.query('DELETE FROM product_copies');
  await client.end();
  expect(await itemOf(order)).toMatchObject({ name: 'teapot' });
  expect(await bodyOf(await app.send('POST', '/product-copies/rebuild'))).toEqual({ products: 2 });
  expect(await itemOf(order)).toMatchObject({ name: 'teapot' });
});
