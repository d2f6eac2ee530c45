import { afterAll, expect, test } from 'vitest';
import type { Product } from '../src/products/store.ts';
import { bodyOf, example, startApp, unknownId } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

const create = async (product: object = example) => bodyOf<Product>(await app.create(product));
const list = async (query: string) => bodyOf<{ items: Product[]; nextCursor?: string }>(await app.list(query));

test('what was created can be looked up at the address in the answer', async () => {
  const created = await app.create(example);
  const product = await bodyOf<Product>(created);
  expect(product).toMatchObject({ ...example, description: '', version: 1 });
  expect(created.headers.get('location')).toBe(`/products/${product.id}`);
  expect(await bodyOf<Product>(await app.get(product.id))).toEqual(product);
});

test('a change touches what it names, and gives the next version', async () => {
  const product = await create();
  await app.change(product.id, { name: 'a kettle' });
  const changed = await app.change(product.id, { price: 9900 });
  expect(await bodyOf<Product>(changed)).toEqual({ ...product, name: 'a kettle', price: 9900, version: 3 });
});

test('changes at the same time get versions of their own', async () => {
  const { id } = await create();
  const changes = await Promise.all([...Array(20).keys()].map((price) => app.change(id, { price })));
  const versions = await Promise.all(changes.map(async (answer) => (await bodyOf<Product>(answer)).version));
  expect(new Set(versions).size).toBe(20);
  expect((await bodyOf<Product>(await app.get(id))).version).toBe(21);
});

test('what does not exist can neither be read nor changed', async () => {
  for (const answer of [await app.get(unknownId), await app.change(unknownId, { price: 1 })]) {
    expect(answer.status).toBe(404);
    expect(await bodyOf(answer)).toMatchObject({ detail: 'Product not found' });
  }
});

test.each([{ price: -1 }, { price: 0.5 }, { price: '10' }, {}, { id: unknownId }])(
  'a change to %j is refused',
  async (change) => {
    const { id } = await create();
    expect((await app.change(id, change)).status).toBe(400);
  },
);

test('several are looked up in one call, which leaves out what does not exist', async () => {
  const [one, two] = [await create(), await create()];
  const { items } = await list(`ids=${one.id},${unknownId},${two.id}`);
  expect(items).toEqual([two, one]);
});

test('a list gives each product once, the newest first, page by page', async () => {
  const names = ['first', 'second', 'third'];
  for (const name of names) await create({ ...example, name });
  const newest = await list('limit=2');
  const next = await list(`limit=1&cursor=${newest.nextCursor}`);
  expect([...newest.items, ...next.items].map((product) => product.name)).toEqual(names.toReversed());
});
