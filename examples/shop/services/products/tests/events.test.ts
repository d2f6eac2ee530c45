import { afterAll, expect, test } from 'vitest';
import type { Product } from '../src/products/store.ts';
import { bodyOf, example, startApp, unknownId } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

const create = async () => bodyOf<Product>(await app.create(example));
const told = () => app.events.next('products');

test('others are told of a product as it is created and as it is changed, by the request that did it', async () => {
  const { id } = await create();
  const news = { type: 'PRODUCT_CHANGED', subject: id };
  expect(await told()).toMatchObject({ ...news, data: { productId: id, ...example, version: 1 } });
  const changed = await app.change(id, { price: 9900 });
  expect(await told()).toMatchObject({
    ...news,
    data: { productId: id, ...example, price: 9900, version: 2 },
    requestid: changed.headers.get('x-request-id'),
  });
});

test('nobody is told of what was refused', async () => {
  await app.change(unknownId, { price: 1 });
  const { id } = await create();
  await app.change(id, { price: -1 });
  await app.change(id, { price: 1 });
  expect(await told()).toMatchObject({ subject: id, data: { version: 1 } });
  expect(await told()).toMatchObject({ subject: id, data: { version: 2 } });
});

test('changes at the same time are told of in the order of their versions', async () => {
  const { id } = await create();
  await Promise.all([...Array(20).keys()].map((price) => app.change(id, { price })));
  const versions: number[] = [];
  while (versions.length < 21) versions.push(((await told()).data as Product).version);
  expect(versions).toEqual([...Array(21).keys()].map((version) => version + 1));
});
