import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Catalog, type Entity, startCatalog } from './backstage.ts';
import { scratch, spoil } from './files.ts';
import { newService, newWorkspace } from './services.ts';
import { describeWith } from './tools.ts';

const PAYMENTS = `
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: payments }
spec: { type: team, children: [] }
`;

describeWith('A real Backstage catalog', ['backstage'], () => {
  const folder = scratch();
  let catalog: Catalog;

  beforeAll(async () => {
    await writeFile(join(folder, 'organisation.yaml'), PAYMENTS);
    const services = await newWorkspace(folder, 'shop');
    await newService(services, 'products', { system: 'shop' });
    await newService(services, 'orders', { system: 'shop', database: 'postgres', calls: 'products' });
    const broken = await newService(services, 'broken', { system: 'shop' });
    spoil(join(broken, 'catalog-info.yaml'), [/^ {2}owner: /m, '  ownedBy: ']);
    catalog = await startCatalog(folder, ['organisation.yaml', 'shop/catalog-info.yaml']);
  });
  afterAll(() => catalog?.stop());

  /** The entity once the catalog knows it with that many relations: they are stitched after it appears. */
  const entity = (kind: string, name: string, relations: number): Promise<Entity> =>
    vi.waitFor(
      async () => {
        const known = (await catalog.entities()).find((each) => each.kind === kind && each.metadata.name === name);
        if ((known?.relations?.length ?? 0) < relations || known === undefined) {
          throw new Error(`${kind} ${name} is not complete: ${JSON.stringify(known?.relations)}\n${catalog.complaints().join('\n')}`);
        }
        return known;
      },
      { timeout: 60_000, interval: 250 },
    );

  const relationsOf = async (kind: string, name: string, expected: readonly string[]): Promise<void> => {
    const { relations = [] } = await entity(kind, name, expected.length);
    expect(relations.map(({ type, targetRef }) => `${type} ${targetRef}`).sort()).toEqual([...expected].sort());
  };

  it('finds the services that a workspace lists, and its system', async () => {
    await relationsOf('System', 'shop', [
      'ownedBy group:default/payments',
      'hasPart api:default/orders',
      'hasPart api:default/products',
      'hasPart component:default/orders',
      'hasPart component:default/products',
      'hasPart resource:default/orders-db',
      'hasPart api:default/broken',
    ]);
  });

  it('relates a generated service to its owner, its system, its API, its database and what it calls', async () => {
    await relationsOf('Component', 'orders', [
      'ownedBy group:default/payments',
      'partOf system:default/shop',
      'providesApi api:default/orders',
      'consumesApi api:default/products',
      'dependsOn resource:default/orders-db',
      'dependsOn component:default/products',
    ]);
    await relationsOf('Resource', 'orders-db', [
      'ownedBy group:default/payments',
      'partOf system:default/shop',
      'dependencyOf component:default/orders',
    ]);
  });

  it('shows at the service that is called who calls it', async () => {
    await relationsOf('API', 'products', [
      'ownedBy group:default/payments',
      'partOf system:default/shop',
      'apiProvidedBy component:default/products',
      'apiConsumedBy component:default/orders',
    ]);
    await relationsOf('Component', 'products', [
      'ownedBy group:default/payments',
      'partOf system:default/shop',
      'providesApi api:default/products',
      'dependencyOf component:default/orders',
    ]);
  });

  it('reads the contract that the API refers to', async () => {
    const { spec } = await entity('API', 'orders', 1);
    expect(spec?.['definition']).toMatch(/^openapi: ["']?3\.1/m);
  });

  it('reports a service without an owner, and leaves it out', async () => {
    const complaint = /component:default\/broken; caused by TypeError: \/spec must have required property 'owner'/;
    await vi.waitFor(() => expect(catalog.complaints().join('\n')).toMatch(complaint), { timeout: 60_000, interval: 250 });
    const names = (await catalog.entities()).filter(({ kind }) => kind === 'Component').map(({ metadata }) => metadata.name);
    expect(names).not.toContain('broken');
  });
});
