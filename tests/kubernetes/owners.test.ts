import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isChange, planService } from '../../src/target/kubernetes/deploy/plan.ts';
import type { KubernetesObject } from '../../src/target/kubernetes/render/object.ts';
import { expectPass } from '../toolchain/run.ts';
import { type Cluster, startCluster, whyNoCluster } from './cluster/cluster.ts';
import { REGISTRY } from './cluster/parts.ts';
import { deploy } from './scene.ts';
import { type Line, layLine, lookAt, runDeploy, smallService } from './small-service.ts';

const reason = whyNoCluster();
const skipped = reason !== undefined && process.env['SVCKIT_REQUIRE_TOOLS'] !== '1';

interface Scaled extends KubernetesObject {
  readonly spec: { readonly replicas?: number };
}

describe.skipIf(skipped)(`what others own or forbid${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let cluster: Cluster;
  let line: Line;

  const kubectl = async (...args: readonly string[]) => expectPass(await cluster.kubectl(['-n', 'owners', ...args]));
  const admit = async (...objects: readonly object[]) =>
    expectPass(await cluster.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })));

  beforeAll(async () => {
    cluster = await startCluster();
    expectPass(await cluster.kubectl(['create', 'namespace', 'owners']));
    line = await layLine('owners', cluster.kubeconfig);
  });
  afterAll(async () => {
    await line?.close();
    await cluster?.stop();
  });

  it('a field that somebody changed with kubectl apply is theirs, and nothing is changed', async () => {
    await runDeploy('applied', '1', line.connection);
    const changed = smallService('applied', '1').map((object) =>
      object.kind === 'ConfigMap' ? { ...object, data: { version: 'theirs' } } : object,
    );
    await admit(...changed.map((object) => ({ ...object, metadata: { ...object.metadata, namespace: 'owners' } })));
    expect(await runDeploy('applied', '1', line.connection)).toEqual({
      refused:
        'plan/conflict: Nothing was changed: other managers own fields that would change:\n  ConfigMap applied-1  .data.version  belongs to kubectl-client-side-apply',
    });
  });

  it('an object that a policy refuses is named before anything is changed', async () => {
    const onlyFirst = "object.metadata.name != 'policy' || object.spec.template.spec.containers[0].env[0].value != '2'";
    await admit(...policyOn('deployments', 'no-second', onlyFirst));
    await runDeploy('policy', '1', line.connection);
    const api = line.connection.api;
    const [, , second] = smallService('policy', '2');
    // A policy takes a moment to be heard of by the API server itself.
    await expect.poll(() => api.apply(second as KubernetesObject, { dryRun: true }).catch(String), { timeout: 20_000 }).toContain('denied');
    expect(await runDeploy('policy', '2', line.connection)).toEqual({
      refused:
        "cluster/refused: The cluster refuses Deployment policy: ValidatingAdmissionPolicy 'no-second' with binding 'no-second' denied request: no second version here",
    });
    expect(await lookAt('policy', line.connection)).toMatchObject({ version: '1', phase: 'deployed', holder: undefined });
  });

  it('an object for which a quota has no room is named before anything is changed', async () => {
    expectPass(await cluster.kubectl(['create', 'namespace', 'few']));
    expectPass(await cluster.kubectl(['-n', 'few', 'create', 'quota', 'few', '--hard=count/services=0']));
    const few = await layLine('few', cluster.kubeconfig);
    const [, service] = smallService('few', '1');
    await expect.poll(() => few.connection.api.apply(service as KubernetesObject, { dryRun: true }).catch(String)).toContain('exceeded');
    expect(await runDeploy('few', '1', few.connection)).toEqual({
      refused:
        'cluster/refused: The cluster refuses Service few: exceeded quota: few, requested: count/services=1, used: count/services=0, limited: count/services=0',
    });
    expect(await lookAt('few', few.connection)).toMatchObject({ objects: [], phase: undefined, holder: undefined });
    await few.close();
  });

  describe('the number of instances', () => {
    const replicasOf = async (name: string) => {
      const [, , deployment] = smallService(name, '1');
      return (await line.connection.api.get<Scaled>(deployment as KubernetesObject))?.spec.replicas;
    };
    /** As the autoscaler's controller writes it. */
    const autoscale = (name: string, replicas: number) =>
      kubectl(
        'patch',
        'deployment',
        name,
        '--subresource=scale',
        '--field-manager=kube-controller-manager',
        '-p',
        `{"spec":{"replicas":${replicas}}}`,
      );
    const changesOf = async (name: string, objects: readonly KubernetesObject[]) => {
      const plan = await planService(name, objects, line.connection.api);
      return plan.objects
        .filter(isChange)
        .flatMap(({ object, change, fields }) => [`${change} ${object.kind}`, ...fields.map(({ path }) => path)]);
    };
    const on = (name: string, objects: readonly KubernetesObject[]) => deploy(name, objects, line.connection.api);

    it('stays as it is where an autoscaler takes over, and is what that decides from then on', async () => {
      await on('taken', withReplicas('taken', '1', 3));
      const scaled = [...withReplicas('taken', '1', undefined), autoscaler('taken')];
      expect(await changesOf('taken', scaled)).toEqual(['create HorizontalPodAutoscaler']);
      await on('taken', scaled);
      expect(await replicasOf('taken')).toBe(3);
      await autoscale('taken', 5);
      await on('taken', [...withReplicas('taken', '2', undefined), autoscaler('taken')]);
      expect(await replicasOf('taken')).toBe(5);
    });

    it('stays as an autoscaler decided on the way back to a version that named one', async () => {
      await on('back', withReplicas('back', '1', 2));
      await kubectl('autoscale', 'deployment', 'back', '--max=9');
      await autoscale('back', 4);
      const { deployed } = await on('back', withReplicas('back', '2', undefined, `${REGISTRY}/none:1`));
      expect(deployed.outcome).toMatchObject({ is: 'failed', restored: true });
      expect(await replicasOf('back')).toBe(4);
    });

    it('follows the files again one deploy after the autoscaler went', async () => {
      const fixed = withReplicas('gone', '1', 2);
      await on('gone', fixed);
      await on('gone', [...withReplicas('gone', '1', undefined), autoscaler('gone')]);
      await autoscale('gone', 3);
      await on('gone', fixed);
      expect(await replicasOf('gone')).toBe(3);
      expect(await changesOf('gone', fixed)).toEqual(['change Deployment', 'spec.replicas']);
      await on('gone', fixed);
      expect(await replicasOf('gone')).toBe(2);
    });

    it('belongs to the autoscaler of somebody else', async () => {
      await on('theirs', withReplicas('theirs', '1', 2));
      await kubectl('autoscale', 'deployment', 'theirs', '--max=9');
      await autoscale('theirs', 6);
      expect(await runDeploy('theirs', '1', line.connection)).toEqual({
        refused: expect.stringContaining('  Deployment theirs  .spec.replicas  belongs to kube-controller-manager'),
      });
    });
  });
});

function withReplicas(
  name: string,
  version: '1' | '2',
  replicas: number | undefined,
  image = 'svckit.test/pause:1',
): readonly KubernetesObject[] {
  return smallService(name, version, image).map((object) => {
    if (object.kind !== 'Deployment') return object;
    const { replicas: _, ...spec } = object['spec'] as { replicas?: number };
    return { ...object, spec: { ...spec, ...(replicas !== undefined && { replicas }) } };
  });
}

function autoscaler(name: string): KubernetesObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/managed-by': 'svc' } },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, minReplicas: 1, maxReplicas: 9 },
  };
}

/** https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/ */
function policyOn(resource: string, name: string, expression: string): readonly object[] {
  const rule = { apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: [resource] };
  const base = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name } };
  return [
    {
      ...base,
      kind: 'ValidatingAdmissionPolicy',
      spec: { matchConstraints: { resourceRules: [rule] }, validations: [{ expression, message: 'no second version here' }] },
    },
    { ...base, kind: 'ValidatingAdmissionPolicyBinding', spec: { policyName: name, validationActions: ['Deny'] } },
  ];
}
