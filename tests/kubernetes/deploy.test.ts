import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from '../../src/target/kubernetes/api/api.ts';
import { isChange, planService } from '../../src/target/kubernetes/deploy/plan.ts';
import { readRecord } from '../../src/target/kubernetes/deploy/record.ts';
import { expectPass } from '../toolchain/run.ts';
import { type Cluster, startCluster, whyNoCluster } from './cluster/cluster.ts';
import { REGISTRY } from './cluster/parts.ts';
import { pushShell } from './images.ts';
import { apiIn, deploy, migration, type Shell, shellService } from './scene.ts';

const reason = whyNoCluster();
const skipped = reason !== undefined && process.env['SVCKIT_REQUIRE_TOOLS'] !== '1';

describe.skipIf(skipped)(`a deploy to a real cluster${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let cluster: Cluster;
  let image: string;
  let api: Api;

  beforeAll(async () => {
    cluster = await startCluster();
    process.env['KUBECONFIG'] = cluster.kubeconfig;
    image = await pushShell();
    expectPass(await cluster.kubectl(['create', 'namespace', 'shop']));
    api = apiIn('shop');
  });
  afterAll(() => cluster?.stop());

  it('makes what is not there, waits for it, and does nothing the second time', async () => {
    const objects = shellService('good', { image });
    const { deployed, told } = await deploy('good', objects, api);
    expect(deployed.outcome, told.join('\n')).toEqual({ is: 'deployed' });
    expect(await readRecord('good', api)).toMatchObject({ phase: 'deployed', revision: 1, by: 'test' });
    const again = await planService('good', objects, api);
    expect(again.objects.filter(isChange)).toEqual([]);
  });

  it('takes away what is no longer wanted, and says so beforehand', async () => {
    const [deployment, service] = shellService('less', { image });
    if (!deployment || !service) throw new Error('two objects');
    await deploy('less', [deployment, service], api);
    const plan = await planService('less', [deployment], api);
    expect(plan.objects.filter(isChange).map(({ change, object }) => `${change} ${object.kind}`)).toEqual(['remove Service']);
    await deploy('less', [deployment], api);
    expect(await api.get(service)).toBeUndefined();
  });

  it('refuses to overwrite a field that another manager owns, and names both', async () => {
    const objects = shellService('owned', { image });
    await deploy('owned', objects, api);
    expectPass(await cluster.kubectl(['-n', 'shop', 'scale', 'deployment/owned', '--replicas=2']));
    const plan = await planService('owned', objects, api);
    expect(plan.objects.flatMap(({ conflicts }) => conflicts)).toEqual([{ field: '.spec.replicas', manager: 'kube' }]);
  });

  const BROKEN: readonly { name: string; change: Partial<Shell>; cause: RegExp; lines?: RegExp }[] = [
    {
      name: 'wrong-image',
      change: { image: `${REGISTRY}/nothing:1` },
      cause: /the image [^ ]+\/nothing:1 cannot be pulled: .*not found/,
    },
    { name: 'crash', change: { script: 'echo relation missing; exit 3' }, cause: /it ended with exit code 3/, lines: /relation missing/ },
    {
      name: 'not-ready',
      change: { probe: '/missing' },
      cause: /it runs and is not ready: Readiness probe failed: HTTP probe failed with statuscode: 404/,
    },
    {
      name: 'memory',
      change: { script: 'x=a; while :; do x=$x$x; done' },
      cause: /it was killed: it needs more memory than its limit of 32Mi/,
    },
    { name: 'no-room', change: { cpu: '900' }, cause: /no node takes it: .*Insufficient cpu/ },
  ];

  it.each(BROKEN)('goes back where $name, and names the cause', async ({ name, change, cause, lines = /^/ }) => {
    expect((await deploy(name, shellService(name, { image }), api)).deployed.outcome).toEqual({ is: 'deployed' });
    const { deployed, told } = await deploy(name, shellService(name, { image, ...change }), api);
    expect(deployed.outcome, told.join('\n')).toEqual({ is: 'failed', why: expect.stringMatching(cause), restored: true });
    expect(deployed.evidence?.logs.flatMap((log) => log.lines).join('\n')).toMatch(lines);
    expectPass(await cluster.kubectl(['-n', 'shop', 'rollout', 'status', `deployment/${name}`, '--timeout=1s']));
    const plan = await planService(name, shellService(name, { image }), api);
    expect(plan.objects.filter(isChange)).toEqual([]);
  });

  it('names what a migration waits for while it does, and leaves the old version alone', async () => {
    const objects = shellService('migrated', { image });
    await deploy('migrated', objects, api);
    const line = '{"level":"warn","message":"db cannot be reached yet"}';
    const waiting = migration('migrated', { image, script: `while :; do echo '${line}'; sleep 1; done` });
    const { deployed, told } = await deploy('migrated', [...shellService('migrated', { image, cpu: '11m' }), waiting], api, 15_000);
    expect(told.join('\n')).toContain('waits for the job to end; pod/migrated-migrate-');
    expect(deployed.outcome).toEqual({ is: 'failed', why: 'it does not end: db cannot be reached yet', restored: true });
    expect(deployed.evidence?.logs.flatMap(({ lines }) => lines).join('\n')).toContain('db cannot be reached yet');
    expect(await api.get(waiting)).toBeUndefined();
    expect((await planService('migrated', objects, api)).objects.filter(isChange)).toEqual([]);
  });

  it('names a quota that is used up, and leaves the first release of a service to be looked at', async () => {
    expectPass(await cluster.kubectl(['create', 'namespace', 'small']));
    expectPass(await cluster.kubectl(['-n', 'small', 'create', 'quota', 'none', '--hard=pods=0']));
    const { deployed } = await deploy('full', shellService('full', { image }), apiIn('small'));
    expect(deployed.outcome).toEqual({
      is: 'failed',
      why: expect.stringMatching(/the cluster lets no pod of it in: exceeded quota: none/),
      restored: false,
    });
  });
});
