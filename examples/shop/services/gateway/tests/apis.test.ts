import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { routes, startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

const services = ['auth', 'carts', 'inventory', 'orders', 'products', 'promotions', 'users'];
const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly tags?: readonly string[] }>>>>;
}

test.each(services)('the document of %s is the one that it has now (npm run apis)', (service) => {
  expect(read(`../apis/${service}.yaml`)).toBe(read(`../../${service}/openapi.yaml`));
});

test('one document tells clients of all services, and of what is routed alone', async () => {
  const { paths } = (await (await app.get('/openapi.json')).json()) as Document;
  const tags = Object.values(paths).flatMap((item) => Object.values(item).flatMap((operation) => operation.tags ?? []));
  expect([...new Set(tags)].toSorted()).toEqual(services);
  expect(Object.keys(paths).filter((path) => !path.startsWith('/api/'))).toEqual([]);
  expect(Object.keys(paths)).not.toContain('/api/auth/accounts/{accountId}/scopes');
});

test('what the tests of routes ask for is what the document names', async () => {
  const { paths } = (await (await app.get('/openapi.json')).json()) as Document;
  const known = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map(
      (method) => new RegExp(`^${method.toUpperCase()} ${path.replaceAll(/\{[^}]*\}/g, '[^/]+')}$`),
    ),
  );
  const asked = routes.map(({ method, path }) => `${method} ${path}`);
  expect(asked.filter((one) => !known.some((pattern) => pattern.test(one)))).toEqual([]);
});
