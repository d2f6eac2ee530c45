import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hold } from '../../src/target/kubernetes/deploy/lease.ts';
import { readRecord } from '../../src/target/kubernetes/deploy/record.ts';
import { expectPass } from '../toolchain/run.ts';
import { type Cluster, startCluster, whyNoCluster } from './cluster/cluster.ts';
import { pushShell } from './images.ts';
import { apiIn, deploy, shellService } from './scene.ts';
import { clusterAt, connectionTo, type Line, layLine, lookAt, runDeploy, smallService, titles } from './small-service.ts';

const reason = whyNoCluster();
const skipped = reason !== undefined && process.env['SVCKIT_REQUIRE_TOOLS'] !== '1';
const HOUR_MS = 3_600_000;
const CLOSED = 'no node takes it: 0/1 nodes are available: 1 node(s) were unschedulable';

describe.skipIf(skipped)(`a deploy that is disturbed${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let cluster: Cluster;
  let line: Line;
  let image: string;

  const kubectl = async (...args: readonly string[]) => expectPass(await cluster.kubectl(['-n', 'disturbed', ...args]));

  beforeAll(async () => {
    cluster = await startCluster();
    image = await pushShell();
    expectPass(await cluster.kubectl(['create', 'namespace', 'disturbed']));
    line = await layLine('disturbed', cluster.kubeconfig);
  });
  afterAll(async () => {
    await line?.close();
    await cluster?.stop();
  });

  describe.each([
    ['ahead', HOUR_MS],
    ['behind', -HOUR_MS],
  ])('by a clock that is an hour %s', (way, offsetMs) => {
    const wrongClock = () => connectionTo(clusterAt(line.kubeconfig), 'disturbed', () => new Date(Date.now() + offsetMs));
    const ada = (service: string) => ({ name: `svc-${service}`, holder: 'ada@there, process 1', seconds: 4 });

    it('waits for a lease as long as everybody else, and no longer', async () => {
      const name = `waits-${way}`;
      await hold(ada(name), line.connection.api);
      expect(await runDeploy(name, '1', wrongClock())).toEqual({
        refused: expect.stringMatching(/^plan\/busy: .* by ada@there, process 1, last heard of [0-4] s ago$/),
      });
      await expect.poll(() => runDeploy(name, '1', wrongClock()), { timeout: 15_000 }).toMatchObject({ outcome: { is: 'deployed' } });
      const { at = '' } = (await readRecord(name, line.connection.api)) ?? {};
      expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000);
    });

    it('holds a lease that counts for everybody else', async () => {
      const name = `holds-${way}`;
      await hold(ada(name), wrongClock().api);
      expect(await runDeploy(name, '1', line.connection)).toMatchObject({ refused: expect.stringContaining('ada@there') });
      await expect.poll(() => runDeploy(name, '1', line.connection), { timeout: 15_000 }).toMatchObject({ outcome: { is: 'deployed' } });
    });
  });

  it('by a login that runs out says so, and the next one goes on when the lease has run out', async () => {
    await runDeploy('login', '1', line.connection);
    line.proxy.arm();
    line.proxy.afterWrite(4, () => line.proxy.arm({ at: 1, fault: '401', times: Number.POSITIVE_INFINITY }));
    const ended = await runDeploy('login', '2', line.connection, { leaseSeconds: 4 });
    line.proxy.arm();
    expect(ended).toMatchObject({
      outcome: {
        is: 'failed',
        why: 'The cluster does not know who asks, or not any more: injected: Unauthorized; and going back failed for the same reason',
        restored: false,
      },
    });
    expect(await runDeploy('login', '2', line.connection)).toMatchObject({ refused: expect.stringContaining('tester@here') });
    await expect.poll(() => runDeploy('login', '2', line.connection), { timeout: 15_000 }).toMatchObject({ outcome: { is: 'deployed' } });
    expect((await lookAt('login', line.connection)).objects).toEqual(titles(smallService('login', '2')));
  });

  const drain = async () => {
    await kubectl('cordon', 'node1');
    await kubectl('delete', 'pods', '--all', '--wait=false');
  };
  const slow = (version: string) =>
    `echo ${version}; sleep 3; mkdir -p /tmp/www && echo ok >/tmp/www/index.html && exec busybox httpd -f -p 8080 -h /tmp/www`;

  it('by a node that is drained for a moment goes on by itself', async () => {
    const api = apiIn('disturbed');
    await deploy('moment', shellService('moment', { image }), api);
    const under = deploy('moment', shellService('moment', { image, script: slow('2') }), api);
    await wait(1_500);
    await drain();
    await wait(5_000);
    await kubectl('uncordon', 'node1');
    const { deployed, told } = await under;
    expect(deployed.outcome, told.join('\n')).toEqual({ is: 'deployed' });
    expect(told.join('\n')).toContain(CLOSED);
    expect(told.join('\n')).not.toContain('exit code');
  });

  it('by a node that is drained for longer says so and goes back, and is there with the node again', async () => {
    const api = apiIn('disturbed');
    await deploy('longer', shellService('longer', { image }), api);
    const under = deploy('longer', shellService('longer', { image, script: slow('2') }), api);
    await wait(1_500);
    await drain();
    await wait(18_000);
    await kubectl('uncordon', 'node1');
    const { deployed, told } = await under;
    expect(deployed.outcome, told.join('\n')).toEqual({ is: 'failed', why: CLOSED, restored: true });
    expect(deployed.evidence?.causes[0]?.hint).toBe('Nodes are closed to new pods, as when they are drained: kubectl get nodes');
    expect((await deploy('longer', shellService('longer', { image, script: slow('2') }), api)).deployed.outcome).toEqual({
      is: 'deployed',
    });
  });
});
