import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectPass } from '../toolchain/run.ts';
import { type Cluster, startCluster, whyNoCluster } from './cluster/cluster.ts';
import { REGISTRY } from './cluster/parts.ts';
import { pushShell } from './images.ts';
import { SERVE, scoreFile, shopFolder } from './shell-shop.ts';

const reason = whyNoCluster();
const skipped = reason !== undefined && process.env['SVCKIT_REQUIRE_TOOLS'] !== '1';

describe.skipIf(skipped)(`svc deploy${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let cluster: Cluster;
  let image: string;
  const { svc, write, remove } = shopFolder(() => cluster.kubeconfig);

  beforeAll(async () => {
    cluster = await startCluster();
    image = await pushShell();
    expectPass(await cluster.kubectl(['create', 'namespace', 'shop']));
    write('svc.yaml', 'environments:\n  staging: { target: kubernetes, namespace: shop, replicas: { min: 1, max: 1 } }\n');
    write('services/products/score.yaml', scoreFile('products', { image }));
    write('services/orders/score.yaml', scoreFile('orders', { image, calls: 'products' }));
  });
  afterAll(async () => {
    await cluster?.stop();
    remove();
  });

  it('shows what would change, and changes nothing', async () => {
    const { output, exitCode } = await svc('deploy', '--env', 'staging', '--dry-run');
    expect(output).toContain('+ Deployment orders');
    expect(output).toContain('Nothing was changed.');
    expect(exitCode).toBe(0);
    expect((await cluster.kubectl(['-n', 'shop', 'get', 'deployments'])).output).toContain('No resources');
  });

  it('changes nothing where nobody agreed to it', async () => {
    const { output, exitCode } = await svc('deploy', '--env', 'staging');
    expect(output).toContain('deploy with --yes');
    expect(exitCode).toBe(2);
  });

  it('brings services up, and has nothing to do the second time', async () => {
    const first = await svc('deploy', '--env', 'staging', '--yes');
    expect(first.output).toMatch(/orders +serves/);
    expectPass(first);
    const second = await svc('deploy', '--env', 'staging', '--yes');
    expect(second.output).toContain('Nothing to do');
    expectPass(second);
  });

  it('names the cause of a failure with its last lines, goes back, and leaves alone what needs it', async () => {
    write('services/products/score.yaml', scoreFile('products', { image, script: 'echo relation coupons does not exist; exit 3' }));
    write('services/orders/score.yaml', scoreFile('orders', { image, calls: 'products', script: `echo new; ${SERVE}` }));
    const { output, exitCode } = await svc('deploy', '--env', 'staging', '--yes');
    expect(output).toContain('products was not deployed: it ended with exit code 3');
    expect(output).toContain('│ relation coupons does not exist');
    expect(output).toMatch(/products +failed, the old version serves/);
    expect(output).toMatch(/orders +not begun: products did not come up/);
    expect(exitCode).toBe(1);
    const [, file = ''] = /All that the cluster showed: (.*)/.exec(output) ?? [];
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ service: 'products', restored: true, causes: [{ reason: 'crash' }] });
    expectPass(await cluster.kubectl(['-n', 'shop', 'rollout', 'status', 'deployment/products', '--timeout=1s']));
  });

  it('says how a service stands, what was deployed, and puts an earlier release back', async () => {
    const well = await svc('status', 'products', '--env', 'staging');
    expect(well.output).toMatch(/deployment\/products serves/);
    expect(well.output).toMatch(/2 +restored .*exit code 3/);
    expectPass(well);
    write('services/products/score.yaml', scoreFile('products', { image, script: `echo newer; ${SERVE}` }));
    expectPass(await svc('deploy', 'products', '--env', 'staging', '--yes'));
    const back = await svc('rollback', 'products', '--env', 'staging', '--yes');
    expect(back.output).toContain('staging has revision 1 of products again');
    expectPass(back);
    const { output } = await svc('status', 'products', '--env', 'staging', '--json');
    expect(JSON.parse(output)).toMatchObject({ data: { revision: 4, phase: 'deployed', workloads: [{ state: 'ready' }] } });
    expect((await svc('rollback', 'products', '--env', 'staging', '--to', '2', '--yes')).output).toContain(
      'Revision 2 of products is not kept',
    );
  });

  it('says why a service is not well', async () => {
    expectPass(await cluster.kubectl(['-n', 'shop', 'set', 'image', 'deployment/products', `main=${REGISTRY}/nothing:1`]));
    await expect
      .poll(async () => (await svc('status', 'products', '--env', 'staging')).output, { timeout: 20_000 })
      .toMatch(/✗ deployment\/products [\s\S]*the image [^ ]+\/nothing:1 cannot be pulled/);
  });

  it('refuses an environment, a namespace or a context that is not there, each with the next step', async () => {
    expect((await svc('deploy', '--env', 'production', '--yes')).output).toContain('There is no environment production\n');
    write('svc.yaml', 'environments:\n  staging: { target: kubernetes, namespace: nowhere }\n');
    expect((await svc('deploy', '--env', 'staging', '--yes')).output).toContain('kubectl create namespace nowhere');
    write('svc.yaml', 'environments:\n  staging: { target: kubernetes, namespace: shop, context: other }\n');
    const { output, exitCode } = await svc('deploy', '--env', 'staging', '--yes');
    expect(output).toContain('The kubeconfig has no context other. It has: test');
    expect(exitCode).toBe(2);
  });
});
