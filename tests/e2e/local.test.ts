import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { get, Sandbox } from '../integration/local/sandbox.ts';
import { serviceFiles, sourceOf } from '../integration/local/services.ts';

const svc = join(import.meta.dirname, '..', '..', 'bin', 'svc.js');

let at: Sandbox;

beforeAll(async () => {
  if (!existsSync(join(svc, '..', '..', 'dist', 'supervisor.js'))) throw new Error('build the program first: npm run build');
  at = await Sandbox.create({ svc });
  await at.write(serviceFiles({ name: 'orders', says: 'hello from orders', database: true, calls: ['products'] }));
  await at.write(serviceFiles({ name: 'products', says: 'a teapot' }));
});

afterAll(() => at.remove());

it('walks from nothing to a deployed system and back, with what ships', async () => {
  const first = await at.svc('deploy', '--env', 'local');
  expect(first.exitCode, first.stderr).toBe(0);
  expect(first.stderr).toContain('Plan: orders (new), products (new)');
  expect(first.stdout).toMatch(/orders +new +serves +http:\/\/127\.0\.0\.1:\d+/);

  const { services } = await at.json<{ services: { name: string; environments: { local: { state: string; url: string } } }[] }>('list');
  expect(services.map(({ name, environments }) => [name, environments.local.state])).toEqual([
    ['orders', 'ready'],
    ['products', 'ready'],
  ]);
  const url = services[0]?.environments.local.url ?? '';
  expect(await get(`${url}/call?to=PRODUCTS_URL`)).toEqual({ status: 200, body: 'a teapot' });

  await at.write({ 'orders/src/main.mjs': 'throw new Error("not today");\n' });
  const broken = await at.svc('deploy', 'orders', '--env', 'local');
  expect(broken.exitCode).toBe(1);
  expect(broken.stdout).toContain('not today');
  expect((await get(url)).body).toBe('hello from orders');

  await at.write({ 'orders/src/main.mjs': sourceOf({ name: 'orders', says: 'mended' }) });
  expect((await at.svc('deploy', 'orders', '--env', 'local')).exitCode).toBe(0);
  expect((await get(url)).body).toBe('mended');

  expect((await at.svc('logs', 'orders', '--lines', '5')).stdout).toContain('listening');
  expect((await at.svc('down')).stdout).toContain('Ended orders, products');
  expect((await at.json<{ services: { environments: object }[] }>('list')).services.map(({ environments }) => environments)).toEqual([
    {},
    {},
  ]);
});
