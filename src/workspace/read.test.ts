import { expect, it } from 'vitest';
import { fakeRuntime } from '../runtime/fake-runtime.ts';
import { pickServices, readWorkspace } from './read.ts';

const score = (name: string) => `apiVersion: score.dev/v1b1\nmetadata: { name: ${name} }\ncontainers: { main: { image: . } }\n`;
const component = (name: string) =>
  `apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: ${name} }\nspec: { owner: 'group:default/team-a', system: shop }\n`;

const shop = {
  '.svc/lock.yaml': 'the lock of the workspace itself',
  'svc.yaml': 'environments: { staging: { target: kubernetes, namespace: shop } }\n',
  'services/orders/score.yaml': score('orders'),
  'services/orders/catalog-info.yaml': component('orders'),
  'services/orders/package.json': '{ "version": "1.2.3" }',
  'services/products/score.yaml': score('products'),
  'services/products/node_modules/x/score.yaml': score('not-ours'),
};

const read = (files: Record<string, string>, from = '/work') => readWorkspace(fakeRuntime({ files }).fs, from);

it('finds the workspace from any folder in it, and its services by name', async () => {
  const { root, kind, services } = await read(shop, '/work/services/orders/src');
  expect({ root, kind }).toEqual({ root: '/work', kind: 'workspace' });
  expect(services.map(({ name, owner, system, version }) => ({ name, owner, system, version }))).toEqual([
    { name: 'orders', owner: 'team-a', system: 'shop', version: '1.2.3' },
    { name: 'products', owner: undefined, system: undefined, version: undefined },
  ]);
});

it('takes a service outside of any workspace for one of its own', async () => {
  expect(await read({ 'orders/score.yaml': score('orders') }, '/work/orders/src')).toMatchObject({ root: '/work/orders', kind: 'service' });
});

it('finds services below any folder', async () => {
  const { kind, services } = await read({ 'a/b/score.yaml': score('deep'), 'c/catalog-info.yaml': component('catalog-only') });
  expect(kind).toBe('folder');
  expect(services.map(({ name }) => name)).toEqual(['catalog-only', 'deep']);
});

it('keeps a service whose file is broken, and says where', async () => {
  const { services } = await read({ ...shop, 'services/orders/score.yaml': 'apiVersion: score.dev/v1b1\nmetadata: {}\n' });
  expect(services[0]).toMatchObject({ name: 'orders', workload: undefined });
  expect(services[0]?.problems[0]?.message).toContain('services/orders/score.yaml:2: metadata.name: is missing');
});

it('says so where two services have one name', async () => {
  const { services } = await read({ 'svc.yaml': '# nothing yet\n', 'a/score.yaml': score('orders'), 'b/score.yaml': score('orders') });
  expect(services[1]?.problems).toEqual([{ where: 'b', message: 'a is called orders too', hint: 'Give one of them another name' }]);
});

it('refuses a broken svc.yaml with file and line', async () => {
  await expect(read({ 'svc.yaml': 'environments:\n  staging: { target: moon }\n' })).rejects.toThrow(
    'svc.yaml:2: environments.staging.target',
  );
});

it('picks services by name and names what there is', async () => {
  const workspace = await read(shop);
  expect(pickServices(workspace, ['products']).map(({ name }) => name)).toEqual(['products']);
  expect(() => pickServices(workspace, ['produts'])).toThrow('There is no service produts in /work');
});
