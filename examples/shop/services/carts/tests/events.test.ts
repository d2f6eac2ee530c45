import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import type { components } from '../src/api.ts';
import { bodyOf, startApp, teapot } from './app.ts';

type Cart = components['schemas']['Cart'];

const app = await startApp();
afterAll(() => app.stop());

const cartOf = async (user: string) => bodyOf<Cart>(await app.send('GET', '', { user }));
const put = (user: string, productId: string) =>
  app.send('PUT', `/items/${productId}`, { user, body: { quantity: 1 } });
const tell = (productId: string, change: { readonly name: string; readonly price: number; readonly version: number }) =>
  app.events.send('products', { type: 'PRODUCT_CHANGED', key: productId, data: { productId, ...change } });

test('a cart follows names and prices, and an older one that comes late is passed over', async () => {
  const user = randomUUID();
  await put(user, teapot.id);
  await tell(teapot.id, { name: 'a large teapot', price: 3000, version: 5 });
  await expect.poll(() => cartOf(user)).toMatchObject({ items: [{ name: 'a large teapot' }], total: 3000 });
  const other = randomUUID();
  await tell(teapot.id, { name: 'an old teapot', price: 1, version: 4 });
  await tell(other, { name: 'the next one', price: 2, version: 1 });
  await expect.poll(async () => (await put(user, other)).status).toBe(200);
  expect(await cartOf(user)).toMatchObject({
    items: [{ name: 'a large teapot' }, { name: 'the next one' }],
    total: 3002,
  });
});

test('what was told of a product is enough: products itself is not asked, and may be down', async () => {
  const [user, product] = [randomUUID(), randomUUID()];
  await tell(product, { name: 'a spoon', price: 100, version: 1 });
  await expect.poll(async () => (await put(user, product)).status).toBe(200);
  app.products.change({ 'GET /products': { hangUp: true } });
  expect(await cartOf(user)).toMatchObject({ items: [{ name: 'a spoon' }] });
});

test('a cart is empty once its order is confirmed, and those of others are not', async () => {
  const [user, other] = [randomUUID(), randomUUID()];
  const product = randomUUID();
  await tell(product, { name: 'a tray', price: 900, version: 1 });
  await expect.poll(async () => (await put(user, product)).status).toBe(200);
  await put(other, product);
  const orderId = randomUUID();
  await app.events.send('orders', {
    type: 'ORDER_CONFIRMED',
    key: orderId,
    data: { orderId, userId: user, coordinated: true },
  });
  await expect.poll(() => cartOf(user)).toEqual({ items: [], total: 0 });
  expect(await cartOf(other)).toMatchObject({ total: 900 });
});
