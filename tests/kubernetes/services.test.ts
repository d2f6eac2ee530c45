import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectPass } from '../toolchain/run.ts';
import { type Cluster, startCluster, whyNoCluster } from './cluster/cluster.ts';
import { askFrom, type Database, newShop, type Shop, stagingOf, startDatabase } from './shop.ts';

const reason = whyNoCluster();
const skipped = reason !== undefined && process.env['SVCKIT_REQUIRE_TOOLS'] !== '1';

describe.skipIf(skipped)(`services from svc new, on a real cluster${reason ? ` (skipped: ${reason})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'svckit-services-'));
  let cluster: Cluster;
  let database: Database;
  let shop: Shop;

  beforeAll(async () => {
    cluster = await startCluster();
    database = await startDatabase(folder);
    shop = await newShop(folder, cluster);
    shop.write('svc.yaml', stagingOf(database));
    expectPass(await cluster.kubectl(['create', 'namespace', 'shop']));
    expectPass(await cluster.kubectl(['label', 'namespace', 'shop', 'pod-security.kubernetes.io/enforce=restricted']));
    expectPass(await cluster.kubectl(['-n', 'shop', 'create', 'secret', 'generic', 'products-db', `--from-literal=url=${database.url}`]));
  });
  afterAll(async () => {
    await database?.stop();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const deploy = (...args: readonly string[]) => shop.svc('deploy', '--env', 'staging', '--yes', ...args);
  const ask = (url: string, body?: object) => askFrom('deployment/orders', cluster, { url, ...(body && { body }) });

  it('are built from their own Dockerfiles, migrated, and serve', { timeout: 300_000 }, async () => {
    const { output, exitCode } = await deploy('--build');
    expect(output).toMatch(/orders +serves/);
    expect(output).toMatch(/products +serves/);
    expect(exitCode).toBe(0);
    const images = await cluster.kubectl(['-n', 'shop', 'get', 'pods', '--output=jsonpath={.items[*].spec.containers[*].image}']);
    expect(images.output).toMatch(/\/shop\/orders@sha256:[0-9a-f]{64}/);
  });

  it('answer through their Services, one calling the other and that one its database', async () => {
    const made = await ask('http://products/products', { name: 'cup' });
    expect(made).toMatch(/^201 /);
    const { id } = JSON.parse(made.slice(4)) as { id: string };
    expect(await ask('http://orders/orders', { name: 'first', belongsTo: id })).toMatch(/^201 /);
    const nowhere = await ask('http://orders/orders', {
      name: 'second',
      belongsTo: id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    });
    expect(nowhere).toMatch(/^404 .*does not exist/);
  });

  it('are not built nor deployed again where nothing changed', async () => {
    const { output, exitCode } = await deploy('--build', '--json');
    expect(exitCode, output).toBe(0);
    const { data } = JSON.parse(output.split('\n').find((line) => line.startsWith('{')) ?? '') as {
      data: { images: { image: string }[]; services: unknown[] };
    };
    expect(data.images.map(({ image }) => image)).toEqual([
      expect.stringMatching('/orders@sha256:'),
      expect.stringMatching('/products@sha256:'),
    ]);
    expect(data.services).toEqual([]);
  });

  it('go on as they were where a migration fails, and the deploy says why', { timeout: 300_000 }, async () => {
    shop.write('services/products/migrations/0002_prices.sql', 'ALTER TABLE item ADD COLUMN price integer;\n');
    const { output, exitCode } = await deploy('products', '--build');
    expect(output).toMatch(/products +failed, the old version serves/);
    expect(output).toContain('0002_prices.sql failed: relation "item" does not exist');
    expect(exitCode).toBe(1);
    expect(await ask('http://products/products')).toMatch(/^200 .*"cup"/);
  });
});
