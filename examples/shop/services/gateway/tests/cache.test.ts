import { afterAll, expect, test } from 'vitest';
import { startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

const asked = () =>
  app.services.requests.filter(({ method, path }) => method === 'GET' && path.startsWith('/products')).length;
const look = async () => {
  for (const path of ['/api/products', '/api/products/1', '/api/products', '/api/products/1']) await app.get(path);
};

test('products are asked for once, and again when one of them was changed', async () => {
  await look();
  expect(asked()).toBe(2);
  const manager = await app.issuer.token('meg', { scope: 'shop:manage' });
  expect((await app.sendWith(manager, { method: 'PATCH', path: '/api/products/1' })).status).toBe(200);
  await look();
  expect(asked()).toBe(4);
});

test('a change that was refused forgets nothing', async () => {
  await look();
  const before = asked();
  await app.sendWith(await app.issuer.token('ada'), { method: 'PATCH', path: '/api/products/1' });
  await look();
  expect(asked()).toBe(before);
});
