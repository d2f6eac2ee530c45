import { afterAll, expect, test } from 'vitest';
import type { Item } from '../src/items/item.ts';
import { bodyOf, example, startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

test('others are told of an item that was added, with the request that it came by', async () => {
  const created = await app.create(example);
  const item = await bodyOf<Item>(created);
  expect(await app.events.next('orders')).toMatchObject({
    type: 'ITEM_ADDED',
    subject: item.id,
    data: item,
    requestid: created.headers.get('x-request-id'),
  });
});

test('nobody is told of an item that was refused', async () => {
  await app.create({ ...example, name: '' });
  const { id } = await bodyOf<Item>(await app.create({ ...example, name: 'the next one' }));
  expect(await app.events.next('orders')).toMatchObject({ subject: id });
});
