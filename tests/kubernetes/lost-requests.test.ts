import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectPass } from '../toolchain/run.ts';
import { pushClient, seenBy, startClient } from './client.ts';
import { type Cluster, startCluster, whyNoCluster } from './cluster/cluster.ts';
import { askFrom, type Database, newShop, type Shop, SLOW, stagingOf, startDatabase } from './shop.ts';

const reason = whyNoCluster();
const skipped = reason !== undefined && process.env['SVCKIT_REQUIRE_TOOLS'] !== '1';
const LOAD = { seconds: 60, perSecond: 50 };

describe.skipIf(skipped)(`requests during a deploy${reason ? ` (skipped: ${reason})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'svckit-lost-'));
  let cluster: Cluster;
  let database: Database;
  let shop: Shop;
  let client: string;

  beforeAll(async () => {
    cluster = await startCluster();
    database = await startDatabase(folder);
    shop = await newShop(folder, cluster);
    shop.write('svc.yaml', stagingOf(database, 2));
    client = await pushClient(shop.read('services/orders/Dockerfile'));
    expectPass(await cluster.kubectl(['create', 'namespace', 'shop']));
    expectPass(await cluster.kubectl(['-n', 'shop', 'create', 'secret', 'generic', 'products-db', `--from-literal=url=${database.url}`]));
    expectPass(await shop.svc('deploy', '--env', 'staging', '--build', '--yes'));
  }, 300_000);
  afterAll(async () => {
    await database?.stop();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are all answered, while both services are rolled out and orders goes back', { timeout: 180_000 }, async () => {
    const made = await askFrom('deployment/orders', cluster, { url: 'http://products/products', body: { name: 'cup' } });
    const { id } = JSON.parse(made.slice(4)) as { readonly id: string };
    const fast = { url: 'http://orders/orders', body: { name: 'one', belongsTo: id } };
    await startClient({ ...LOAD, image: client, fast, slowUrl: `http://orders/orders?limit=${SLOW.limit}` }, cluster);
    const images = await deployedImages(cluster);
    for (const service of ['orders', 'products']) {
      const score = shop.read(`services/${service}/score.yaml`);
      shop.write(`services/${service}/score.yaml`, score.replace("PORT: '8080'", "PORT: '8080'\n      LOG_LEVEL: warn"));
    }
    expectPass(await shop.svc('deploy', '--env', 'staging', '--yes', ...images.flatMap((image) => ['--image', image])));
    expectPass(await shop.svc('rollback', 'orders', '--env', 'staging', '--yes'));
    const seen = await seenBy(LOAD, cluster);
    expect(seen).toMatchObject({ asked: LOAD.seconds * LOAD.perSecond, lost: [] });
  });
});

/** What runs now, as `--image` takes it: the deploy to come changes the configuration alone. */
async function deployedImages(cluster: Cluster): Promise<readonly string[]> {
  const path = '--output=jsonpath={range .items[*]}{.metadata.name}={.spec.template.spec.containers[0].image}{"\\n"}{end}';
  return (await cluster.kubectl(['-n', 'shop', 'get', 'deployments', path])).output.trim().split('\n');
}
