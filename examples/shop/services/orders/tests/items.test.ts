import { afterAll, expect, test } from 'vitest';
import type { components } from '../src/api.ts';
import type { Item, Page } from '../src/items/item.ts';
import { bodyOf, example, knownId, startApp, unknownId } from './app.ts';

type Problem = components['schemas']['Problem'];

const app = await startApp();
afterAll(() => app.stop());

test('what was created can be looked up at the address in the answer', async () => {
  const created = await app.create(example);
  expect(created.status).toBe(201);
  const item = await bodyOf<Item>(created);
  expect(item).toMatchObject(example);
  expect(created.headers.get('location')).toBe(`/orders/${item.id}`);
  expect(await bodyOf<Item>(await app.get(item.id))).toEqual(item);
});

test('what does not exist is not found', async () => {
  const answer = await app.get(unknownId);
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
});

test('an item without a name is refused, and the answer says what is missing', async () => {
  const answer = await app.create({ ...example, name: undefined });
  expect(answer.status).toBe(400);
  const { errors } = await bodyOf<Problem>(answer);
  expect(errors).toEqual([{ path: '/body/name', message: expect.stringContaining('name') }]);
});

test('an item may belong to what its peers know, and to nothing else', async () => {
  const known = await app.create({ ...example, belongsTo: knownId });
  expect(known.status).toBe(201);
  expect(await bodyOf<Item>(known)).toMatchObject({ belongsTo: knownId });
  const answer = await app.create({ ...example, belongsTo: unknownId });
  expect(answer.status).toBe(404);
  const { detail } = await bodyOf<Problem>(answer);
  expect(detail).toContain(`/${unknownId} does not exist`);
});

test('a list gives each item once, the newest first, page by page', async () => {
  const names = ['first', 'second', 'third'];
  for (const name of names) await app.create({ ...example, name });
  const newest = await bodyOf<Page>(await app.list('limit=2'));
  const next = await bodyOf<Page>(await app.list(`limit=1&cursor=${newest.nextCursor}`));
  expect([...newest.items, ...next.items].map((item) => item.name)).toEqual(names.toReversed());
});
