import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { components } from '../src/api.ts';
import { bodyOf, cup, startApp, teapot, unknownId } from './app.ts';

type Cart = components['schemas']['Cart'];

const app = await startApp();
afterAll(() => app.stop());

let user = '';
beforeEach(() => {
  user = randomUUID();
});

const look = () => app.send('GET', '', { user });
const put = (productId: string, quantity: number, ifMatch?: string | null) =>
  app.send('PUT', `/items/${productId}`, { user, body: { quantity }, ifMatch });
const version = async () => Number(JSON.parse((await look()).headers.get('etag') ?? ''));
const remove = (productId: string) => app.send('DELETE', `/items/${productId}`, { user });

test('a cart has what was put into it, with names, prices and their sum', async () => {
  await put(teapot.id, 2);
  await put(cup.id, 6);
  expect(await bodyOf<Cart>(await look())).toEqual({
    items: [
      { productId: teapot.id, name: 'a teapot', price: 2500, quantity: 2 },
      { productId: cup.id, name: 'a cup', price: 400, quantity: 6 },
    ],
    total: 7400,
  });
  expect(await bodyOf<Cart>(await remove(teapot.id))).toMatchObject({ total: 2400 });
  expect(await bodyOf<Cart>(await app.send('DELETE', '', { user }))).toEqual({ items: [], total: 0 });
});

test('a cart is that of who asks, and nobody asks without saying who they are', async () => {
  await put(teapot.id, 2);
  expect(await bodyOf<Cart>(await app.send('GET', '', { user: randomUUID() }))).toEqual({ items: [], total: 0 });
  expect((await app.send('GET', '', {})).status).toBe(400);
});

test('what the shop does not sell is not put into a cart, nor is less than one of it', async () => {
  const answer = await put(unknownId, 1);
  expect(answer.status).toBe(404);
  expect(await bodyOf(answer)).toMatchObject({ detail: 'Product not found' });
  expect((await put(teapot.id, 0)).status).toBe(400);
});

test('of two who looked at the same cart one is told that it has changed', async () => {
  const seen = (await put(teapot.id, 1)).headers.get('etag');
  expect((await put(teapot.id, 2, seen)).status).toBe(200);
  const late = await put(teapot.id, 3, seen);
  expect(late.status).toBe(412);
  expect(await bodyOf<Cart>(await look())).toMatchObject({ items: [{ quantity: 2 }] });
  expect((await put(teapot.id, 3, (await look()).headers.get('etag'))).status).toBe(200);
});

test('of twenty who change a cart at once and did not look none is lost', async () => {
  await put(cup.id, 1);
  const before = await version();
  const changes = [...Array(20)].map((_, index) => put(index % 2 ? teapot.id : cup.id, index + 2));
  expect((await Promise.all(changes)).map(({ status }) => status)).toEqual(Array(20).fill(200));
  const { items } = await bodyOf<Cart>(await look());
  expect(items.map(({ productId }) => productId)).toEqual([cup.id, teapot.id]);
  expect((await version()) - before).toBe(20);
});
