import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectPass } from '../toolchain/run.ts';
import { type Cluster, startCluster, whyNoCluster } from './cluster/cluster.ts';
import { pushShell } from './images.ts';
import { type ScoreOptions, SERVE, scoreFile, shopFolder } from './shell-shop.ts';

const reason = whyNoCluster();
const skipped = reason !== undefined && process.env['SVCKIT_REQUIRE_TOOLS'] !== '1';

describe.skipIf(skipped)(`plans, history and the view of an environment${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let cluster: Cluster;
  let image: string;
  const shop = shopFolder(() => cluster.kubeconfig);
  const elsewhere = shopFolder(() => cluster.kubeconfig);
  const plan = join(mkdtempSync(join(tmpdir(), 'svckit-plan-')), 'plan.json');
  const orders = (options: Partial<ScoreOptions>) => shop.write('services/orders/score.yaml', scoreFile('orders', { image, ...options }));
  const deploy = (...args: readonly string[]) => shop.svc('deploy', '--env', 'staging', ...args);
  const savePlan = async () => expectPass(await deploy('--save-plan', plan));
  const kubectl = async (...args: readonly string[]) => expectPass(await cluster.kubectl(['-n', 'shop', ...args]));

  beforeAll(async () => {
    cluster = await startCluster();
    image = await pushShell();
    expectPass(await cluster.kubectl(['create', 'namespace', 'shop']));
    shop.write('svc.yaml', 'environments:\n  staging: { target: kubernetes, namespace: shop, replicas: { min: 1, max: 1 } }\n');
    elsewhere.write('README.md', 'No workspace at all.\n');
    orders({});
  });
  afterAll(async () => {
    await cluster?.stop();
    shop.remove();
    elsewhere.remove();
  });

  it('saves a plan that only its owner reads, and carries it out without the checkout that it came from', async () => {
    await savePlan();
    expect(statSync(plan).mode & 0o777).toBe(0o600);
    const { output, exitCode } = await elsewhere.svc('deploy', '--plan', plan);
    expect(output).toMatch(/orders +serves/);
    expect(exitCode).toBe(0);
  });

  it('carries out a plan once, and names what has moved since', async () => {
    const again = await elsewhere.svc('deploy', '--plan', plan);
    expect(again.output).toMatch(/orders: not deployed when planned; revision 1, deployed by .* now/);
    expect(again.exitCode).toBe(4);
    orders({ script: `echo two; ${SERVE}` });
    await savePlan();
    await kubectl('label', 'service', 'orders', 'svckit.dev/service-');
    const moved = await elsewhere.svc('deploy', '--plan', plan);
    expect(moved.output).toContain('Service orders  metadata.labels.svckit.dev/service: "orders" when planned, (none) now');
    expect(moved.exitCode).toBe(4);
    await kubectl('label', 'service', 'orders', 'svckit.dev/service=orders');
    await kubectl('delete', 'poddisruptionbudget', 'orders');
    expect((await elsewhere.svc('deploy', '--plan', plan)).output).toContain(
      'PodDisruptionBudget orders: it was there when planned, it is gone now',
    );
    await savePlan();
    expectPass(await elsewhere.svc('deploy', '--plan', plan));
  });

  it('refuses a plan that was changed by hand, and one for another environment', async () => {
    await savePlan();
    expect((await shop.svc('deploy', '--plan', plan, '--env', 'production')).output).toContain('is a plan for staging, not for production');
    writeFileSync(plan, readFileSync(plan, 'utf8').replace('"namespace": "shop"', '"namespace": "default"'));
    const { output, exitCode } = await shop.svc('deploy', '--plan', plan);
    expect(output).toContain('it was changed after it was made');
    expect(exitCode).toBe(2);
  });

  it('tells of every deploy, and of every service', async () => {
    const { output } = await shop.svc('deploy', 'history', 'orders', '--env', 'staging', '--json');
    expect(JSON.parse(output)).toMatchObject({
      data: {
        services: [{ service: 'orders', releases: [{ revision: 2, outcome: 'deployed', images: [image], kept: true }, { revision: 1 }] }],
      },
    });
    expect((await shop.svc('__complete', 'rollback', 'orders', '--env', 'staging', '--to', '')).output).toBe('2\n1\n');
    shop.write('services/basket/score.yaml', scoreFile('basket', { image }));
    const list = await shop.svc('list', '--env', 'staging');
    expect(list.output).toMatch(/orders +ready +1\/1 +2 /);
    expect(list.output).toMatch(/basket +not deployed/);
    expectPass(list);
  });

  it('does not go back over a migration that takes something away, which the plan said before', async () => {
    shop.write('services/orders/migrations/0001_users.sql', 'CREATE TABLE users (email text);\n');
    orders({ migrate: '/bin/busybox echo one', script: `echo three; ${SERVE}` });
    expectPass(await deploy('orders', '--yes'));
    shop.write('services/orders/migrations/0002_drop_email.sql', 'ALTER TABLE users DROP COLUMN email;\n');
    orders({ migrate: '/bin/busybox echo two', script: 'echo no column email; exit 3' });
    const { output, exitCode } = await deploy('orders', '--yes');
    expect(output).toContain('! 0002_drop_email.sql takes away users.email: after it, svc cannot go back by itself');
    expect(output).toMatch(/orders +failed\b/);
    expect(output).toContain('It was left as it is: 0002_drop_email.sql takes away users.email');
    expect(exitCode).toBe(1);
    expect((await shop.svc('list', '--env', 'staging')).output).toMatch(/orders +failed .* it ended with/);
  });

  it('changes nothing that Argo CD or Flux would put back', async () => {
    await kubectl('annotate', 'service', 'orders', 'argocd.argoproj.io/tracking-id=apps:/Service:shop/orders');
    await kubectl(
      'label',
      'deployment',
      'orders',
      'kustomize.toolkit.fluxcd.io/name=apps',
      'kustomize.toolkit.fluxcd.io/namespace=flux-system',
    );
    orders({ script: `echo four; ${SERVE}` });
    const { output, exitCode } = await deploy('orders', '--yes');
    expect(output).toContain('Service orders  Argo CD, application apps');
    expect(output).toContain('Deployment orders  Flux, kustomization flux-system/apps');
    expect(exitCode).toBe(4);
  });
});
