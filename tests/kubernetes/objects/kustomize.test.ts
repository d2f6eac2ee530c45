import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { inNamespace, type KubernetesObject } from '../../../src/target/kubernetes/render/object.ts';
import { patched } from '../../../src/target/kubernetes/render/patch/apply.ts';
import { readKustomization } from '../../../src/target/kubernetes/render/patch/kustomization.ts';
import { yamlOf } from '../../../src/target/kubernetes/render/print.ts';
import { scratch } from '../../toolchain/files.ts';
import { kubernetesWorkspace, rendered } from '../../toolchain/kubernetes-workspace.ts';
import { expectPass, run } from '../../toolchain/run.ts';
import { describeWith } from '../../toolchain/tools.ts';

const forDeployment = (spec: string) => `
patches:
  - patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: calling-3 }
      spec:
        template:
          spec:
${spec.replace(/^/gm, '            ')}
`;
const forContainer = (fields: string) => forDeployment(`containers:\n  - name: main\n${fields.replace(/^/gm, '    ')}`);
const targeting = (target: string, patch: string) => `
patches:
  - target: ${target}
    patch: |-
${patch.replace(/^/gm, '      ')}
`;

const CASES: Readonly<Record<string, string>> = {
  'a field': forContainer('terminationMessagePolicy: FallbackToLogsOnError'),
  'a field of a map': forContainer('resources: { limits: { memory: 1Gi, cpu: "2" } }'),
  'a field taken away': forContainer('resources: { limits: { ephemeral-storage: null } }'),
  'a map replaced': forContainer('resources: { $patch: replace, limits: { memory: 1Gi } }'),
  'a list replaced': forContainer('args: [--inspect]'),
  'variables added, changed and taken away': forContainer(
    'env:\n  - { name: NEW, value: "1" }\n  - { name: PORT, value: "9090" }\n  - { name: POD_NAME, $patch: delete }\n  - { name: LAST, value: $(NEW) }',
  ),
  'all variables replaced': forContainer('env:\n  - $patch: replace\n  - { name: ONLY, value: "1" }'),
  'a port by both of its keys': forContainer(
    'ports:\n  - { containerPort: 9229, protocol: TCP, name: debug }\n  - { containerPort: 8080, protocol: TCP, hostPort: 8080 }',
  ),
  'a mount': forContainer('volumeMounts:\n  - { name: data, mountPath: /data }\n  - { name: tmp, mountPath: /tmp, readOnly: true }'),
  'a sidecar, before the service': forDeployment('containers:\n  - name: proxy\n    image: proxy:1\n    env: [{ name: A, value: "1" }]'),
  'a container taken away': forDeployment('containers:\n  - { name: main, $patch: delete }'),
  'an init container with octal numbers': forDeployment(
    'initContainers: [{ name: a, image: b:1 }]\nvolumes: [{ name: x, secret: { secretName: x, defaultMode: 0400 } }]',
  ),
  'a volume of another kind': forDeployment('volumes: [{ name: tmp, emptyDir: null, hostPath: { path: /tmp } }]'),
  'tolerations and the spread over nodes': forDeployment(
    'tolerations: [{ key: gpu, operator: Exists }]\ntopologySpreadConstraints: [{ topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, maxSkew: 3 }, { topologyKey: rack, whenUnsatisfiable: DoNotSchedule, maxSkew: 1 }]',
  ),
  'secrets to pull with, and names of hosts': forDeployment(
    'imagePullSecrets: [{ name: a }]\nhostAliases: [{ ip: 10.0.0.1, hostnames: [db] }]',
  ),
  'labels and annotations of all objects': targeting(
    '{ kind: .* }',
    'apiVersion: v1\nkind: Any\nmetadata: { name: any, labels: { team: a }, annotations: { "a.b/c": "yes" } }',
  ),
  'an object taken away': targeting(
    '{ kind: PodDisruptionBudget }',
    '$patch: delete\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: any }',
  ),
  'objects of a group, a version and a name': targeting(
    '{ group: networking.k8s.io, version: v1, name: "calling-.*" }',
    'kind: N\nmetadata: { name: n }\nspec: { policyTypes: [Egress] }',
  ),
  'what a selector of labels chooses': targeting(
    '{ labelSelector: "app.kubernetes.io/name in (calling-3, x),!nothing", kind: Service }',
    '- { op: add, path: /spec/publishNotReadyAddresses, value: true }',
  ),
  'what a selector of annotations chooses': targeting(
    '{ annotationSelector: "svckit.dev/owner=payments" , kind: Service}',
    '- { op: add, path: /metadata/labels/some, value: some }',
  ),
  'a list of a custom kind as a whole': targeting(
    '{ kind: HTTPRoute }',
    'kind: HTTPRoute\nmetadata: { name: x }\nspec: { hostnames: [other.example.com], rules: [{ backendRefs: [{ name: x, port: 80 }] }] }',
  ),
  'the ports of a service': targeting(
    '{ kind: Service }',
    'kind: Service\nmetadata: { name: x }\nspec: { ports: [{ port: 80, protocol: TCP, nodePort: 30080 }, { port: 81, protocol: TCP, name: more }] }',
  ),
  'rules of the network policy': targeting(
    '{ kind: NetworkPolicy }',
    '- { op: add, path: /spec/egress/-, value: { to: [{ ipBlock: { cidr: 10.0.0.0/8 } }] } }\n- { op: remove, path: /spec/egress/0 }',
  ),
  'operations of every kind': targeting(
    '{ kind: Deployment }',
    '- { op: test, path: /spec/template/spec/containers/0/name, value: main }\n- { op: replace, path: /spec/minReadySeconds, value: 9 }\n- { op: add, path: /metadata/annotations, value: { a: "1" } }\n- { op: add, path: /metadata/annotations/x.y~1z, value: "2" }\n- { op: copy, from: /metadata/labels, path: /spec/template/metadata/annotations }\n- { op: move, from: /spec/progressDeadlineSeconds, path: /spec/revisionHistoryLimit }\n- { op: remove, path: /spec/strategy }',
  ),
  'patches that follow each other': `${forContainer('env: [{ name: A, value: "1" }]')}${forContainer('env: [{ name: A, value: "2" }, { name: B, value: "3" }]').replace('\npatches:', '')}`,
  'objects of its own, patched too': 'resources: [rendered.yaml, more.yaml]\npatches:\n  - path: more-patch.yaml\n',
};

const FILES: Readonly<Record<string, string>> = {
  'more.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: more }\ndata: { a: "1" }\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: reader }\nrules: []\n',
  'more-patch.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: more }\ndata: { b: "2" }\n---\napiVersion: v1\nkind: Service\nmetadata: { name: calling-3 }\nspec: { sessionAffinity: ClientIP }\n',
};

describeWith('A kustomization of a service', ['kube'], (tools) => {
  const folder = scratch();
  let objects: readonly KubernetesObject[];

  beforeAll(async () => {
    const text = await rendered(kubernetesWorkspace(folder), 'calling-3', '--env', 'operator');
    objects = parsed(text).map(({ metadata: { namespace: _, ...metadata }, ...object }) => ({ ...object, metadata }) as KubernetesObject);
  });

  it.each(Object.entries(CASES))('gives what kubectl kustomize gives: %s', async (name, kustomization) => {
    const files = new Map(Object.entries({ ...FILES, 'kustomization.yaml': kustomization }));
    const ours = patched(objects, readKustomization({ shown: 'deploy/operator', files })).map((object) => inNamespace(object, 'shop'));

    const place = join(folder, name.replaceAll(/\W/g, '-'));
    mkdirSync(place);
    for (const [file, text] of files) writeFileSync(join(place, file), text);
    writeFileSync(join(place, 'rendered.yaml'), yamlOf(objects));
    const resources = kustomization.startsWith('resources') ? '' : 'resources: [rendered.yaml]\n';
    writeFileSync(join(place, 'kustomization.yaml'), `${resources}namespace: shop\n${kustomization}`);
    const theirs = await run([tools.kube, 'kubectl', 'kustomize', place]);
    expectPass(theirs);
    expect(byTitle(ours)).toEqual(byTitle(parsed(theirs.output)));
    expect(ours).not.toEqual(objects.map((object) => inNamespace(object, 'shop')));
  });
});

function parsed(text: string): readonly KubernetesObject[] {
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
}

function byTitle(objects: readonly KubernetesObject[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]));
}
