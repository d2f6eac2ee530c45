import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planService } from '../../src/target/kubernetes/deploy/plan.ts';
import { readRecord } from '../../src/target/kubernetes/deploy/record.ts';
import { expectPass } from '../toolchain/run.ts';
import { type Cluster, startCluster, whyNoCluster } from './cluster/cluster.ts';
import { deploy } from './scene.ts';
import { type Line, layLine, lookAt, runDeploy, smallService, titles } from './small-service.ts';

const reason = whyNoCluster();
const skipped = reason !== undefined && process.env['SVCKIT_REQUIRE_TOOLS'] !== '1';

describe.skipIf(skipped)(`what a deploy never does${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let cluster: Cluster;
  let line: Line;

  const kubectl = async (...args: readonly string[]) => expectPass(await cluster.kubectl(['-n', 'rules', ...args]));

  beforeAll(async () => {
    cluster = await startCluster();
    expectPass(await cluster.kubectl(['create', 'namespace', 'rules']));
    line = await layLine('rules', cluster.kubeconfig);
  });
  afterAll(async () => {
    await line?.close();
    await cluster?.stop();
  });

  it('takes over no object that somebody else made, and names who did', async () => {
    await kubectl('create', 'configmap', 'stranger-1', '--from-literal=other=1');
    const ended = await runDeploy('stranger', '1', line.connection);
    expect(ended).toMatchObject({ refused: expect.stringContaining('ConfigMap stranger-1  all of it  belongs to kube') });
    expect((await lookAt('stranger', line.connection)).objects).toEqual([]);
  });

  it('takes away nothing that another owner holds by now', async () => {
    await runDeploy('taken', '1', line.connection);
    await kubectl('label', '--overwrite', 'configmap', 'taken-1', 'app.kubernetes.io/managed-by=Helm');
    expect(await runDeploy('taken', '2', line.connection)).toMatchObject({ outcome: { is: 'deployed' } });
    expect((await lookAt('taken', line.connection)).objects).toContain('ConfigMap taken-1');
  });

  it('takes away nothing where no object is left of a service', async () => {
    await runDeploy('empty', '1', line.connection);
    await expect(planService('empty', [], line.connection.api)).rejects.toThrow('no object is left of empty, and 3 would be taken away');
  });

  it('leaves the number of instances to an autoscaler', async () => {
    const objects = smallService('scaled', '1').map((object) =>
      object.kind === 'Deployment' ? { ...object, spec: { ...(object['spec'] as object), replicas: undefined, paused: true } } : object,
    );
    const { api } = line.connection;
    await Promise.all(objects.map((object) => api.apply(object)));
    await kubectl('scale', 'deployment/scaled', '--replicas=3');
    const plan = await planService('scaled', objects, api);
    expect(plan.objects.map(({ change }) => change)).toEqual(['same', 'same', 'same']);
  });

  it('begins with no right missing, and names all that are', async () => {
    await kubectl('create', 'serviceaccount', 'reader');
    await kubectl('create', 'role', 'reader', '--verb=get,create,patch', '--resource=configmaps,services,deployments.apps,pods');
    await kubectl('create', 'rolebinding', 'reader', '--role=reader', '--serviceaccount=rules:reader');
    const { output } = await cluster.kubectl(['-n', 'rules', 'create', 'token', 'reader']);
    const limited = await layLine('rules', cluster.kubeconfig, output.trim());
    const ended = await runDeploy('limited', '1', limited.connection);
    await limited.close();
    const { refused } = ended as { readonly refused: string };
    expect(refused).toMatch(/^cluster\/forbidden: Nothing was changed: in the namespace rules these rights are missing:/);
    expect(refused).toContain('configmaps: delete');
    expect(refused).toContain('secrets svc-release-limited: get, create, patch');
    expect(refused).toContain('leases.coordination.k8s.io: get, create, update');
    expect((await lookAt('limited', line.connection)).phase).toBeUndefined();
  });

  it('needs to read no Secret but its own record', async () => {
    const all = 'get,create,patch,delete';
    await kubectl('create', 'serviceaccount', 'narrow');
    await kubectl('create', 'role', 'narrow-objects', `--verb=${all}`, '--resource=configmaps,services,deployments.apps');
    await kubectl('create', 'role', 'narrow-leases', '--verb=get,create,update', '--resource=leases.coordination.k8s.io');
    await kubectl('create', 'role', 'narrow-looks', '--verb=get,list', '--resource=pods,pods/log,events,replicasets.apps');
    await kubectl('create', 'role', 'narrow-record', '--verb=get,create,patch', '--resource=secrets', '--resource-name=svc-release-narrow');
    for (const role of ['objects', 'leases', 'looks', 'record']) {
      await kubectl('create', 'rolebinding', `narrow-${role}`, `--role=narrow-${role}`, '--serviceaccount=rules:narrow');
    }
    const { output } = await cluster.kubectl(['-n', 'rules', 'create', 'token', 'narrow']);
    const narrow = await layLine('rules', cluster.kubeconfig, output.trim());
    expect(await runDeploy('narrow', '1', narrow.connection)).toMatchObject({ outcome: { is: 'deployed' } });
    expect(await runDeploy('other', '1', narrow.connection)).toMatchObject({
      refused: expect.stringContaining('secrets svc-release-other'),
    });
    await narrow.close();
  });

  it('begins with nothing that is too large to be written down beside the version before', async () => {
    const large = (content: string) => [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'large' }, data: { content } }];
    const dense = () => randomBytes(400 * 1024).toString('hex');
    const { api } = line.connection;
    const { deployed } = await deploy('large', large(dense()), api);
    expect(deployed.outcome).toEqual({ is: 'deployed' });
    const twice = [...large(dense()), ...large(dense()).map((object) => ({ ...object, metadata: { name: 'larger' } }))];
    await expect(planService('large', twice, api)).rejects.toThrow('The objects of large are too large: to be able to go back');
    expect(await readRecord('large', api)).toMatchObject({ phase: 'deployed', revision: 1 });
  });

  it('lets two deployers write at once: one is told of the other', async () => {
    const both = await Promise.all([runDeploy('both', '1', line.connection), runDeploy('both', '2', line.connection)]);
    const told = both.filter((ended) => 'refused' in ended);
    expect(both.filter((ended) => 'outcome' in ended && ended.outcome.is === 'deployed')).toHaveLength(1);
    expect(told).toEqual([{ refused: expect.stringMatching(/^plan\/busy: .*tester@here/) }]);
  });

  it('goes back where a policy of the cluster admits no pod of the new version, and says which', async () => {
    expectPass(await cluster.kubectl(['create', 'namespace', 'strict']));
    expectPass(await cluster.kubectl(['label', 'namespace', 'strict', 'pod-security.kubernetes.io/enforce=restricted']));
    const strict = await layLine('strict', cluster.kubeconfig);
    await runDeploy('loose', '1', strict.connection);
    const { deployed } = await deploy('loose', smallService('loose', 'bad'), strict.connection.api);
    expect(deployed.outcome).toMatchObject({
      is: 'failed',
      why: expect.stringContaining('violates PodSecurity "restricted'),
      restored: true,
    });
    expect((await lookAt('loose', strict.connection)).objects).toEqual(titles(smallService('loose', '1')));
    await strict.close();
  });
});
