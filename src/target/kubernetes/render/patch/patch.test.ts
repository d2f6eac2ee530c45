import { expect, it } from 'vitest';
import type { KubernetesObject } from '../object.ts';
import { patched } from './apply.ts';
import { readKustomization } from './kustomization.ts';

const DEPLOYMENT: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'orders', labels: { app: 'orders' } },
  spec: { template: { spec: { containers: [{ name: 'main', ports: [{ containerPort: 8080, protocol: 'TCP' }] }] } } },
};

function applied(kustomization: string, files: Readonly<Record<string, string>> = {}) {
  const folder = { shown: 'orders/deploy/staging', files: new Map(Object.entries({ 'kustomization.yaml': kustomization, ...files })) };
  return patched([DEPLOYMENT], readKustomization(folder));
}

it('leaves the objects that it was given as they were', () => {
  const before = structuredClone(DEPLOYMENT);
  applied('patches: [{ target: { kind: Deployment }, patch: "- { op: add, path: /spec/template/spec/containers/-, value: {} }" }]');
  expect(DEPLOYMENT).toEqual(before);
});

const FILE = 'orders/deploy/staging/kustomization.yaml';
it.each([
  ['a key of kustomize that is not supported', 'namePrefix: a-', `${FILE}:1: namePrefix: there is no such key`],
  [
    'a patch that matches nothing',
    'patches:\n  - target: { kind: Service }\n    patch: "- { op: remove, path: /spec }"',
    `${FILE}:4: the patch matches no object`,
  ],
  ['a file that is not there', 'patches:\n  - path: ../other.yaml', `${FILE}:2: there is no orders/deploy/staging/../other.yaml`],
  [
    'operations without a target',
    'patches:\n  - patch: |-\n      - { op: remove, path: /spec }',
    `${FILE}:2: a list of operations needs a target`,
  ],
  [
    'an operation that does not exist',
    'patches:\n  - target: { kind: Deployment }\n    patch: |-\n      - { op: ad, path: /spec }',
    `${FILE}:4`,
  ],
  [
    'a path that is not there',
    'patches:\n  - target: { kind: Deployment }\n    patch: |-\n      - { op: add, path: /a, value: 1 }\n      - { op: remove, path: /b }',
    `${FILE}:5: Deployment orders has no /b`,
  ],
  [
    'a test that fails',
    'patches:\n  - target: { kind: Deployment }\n    patch: "- { op: test, path: /kind, value: Pod }"',
    '/kind of Deployment orders is something else',
  ],
  ['a patch that is no YAML', 'patches:\n  - target: { kind: Deployment }\n    patch: "{"', `${FILE}:3: the patch is no YAML`],
  [
    'another name',
    'patches:\n  - target: { kind: Deployment }\n    patch: "- { op: replace, path: /metadata/name, value: x }"',
    'changes the name or kind of Deployment orders',
  ],
  [
    'a directive that is not supported',
    'patches:\n  - target: { kind: Deployment }\n    patch: |-\n      spec:\n        $retainKeys: [a]',
    `${FILE}:5: $retainKeys is not supported`,
  ],
  [
    'a port told apart by one of its two keys',
    'patches:\n  - target: { kind: Deployment }\n    patch: |-\n      spec: { template: { spec: { containers: [{ name: main, ports: [{ containerPort: 8080 }] }] } } }',
    'an element of ports is told apart by containerPort and protocol: name both',
  ],
  [
    'an element without its name',
    'patches:\n  - target: { kind: Deployment }\n    patch: |-\n      spec: { template: { spec: { containers: [{ image: x }] } } }',
    'told apart by name: name it',
  ],
])('refuses %s', (_, kustomization, message) => {
  expect(() => applied(kustomization)).toThrow(message);
});
