import { expect, it } from 'vitest';
import { parseEnvironments, pickEnvironment } from './environment.ts';

const environment = (text: string) =>
  parseEnvironments(`environments:\n  staging:\n    target: kubernetes\n    namespace: shop\n${text.replace(/^(?=.)/gm, '    ')}`);

it('fills in what is not said, and knows the line of what is', () => {
  const [staging] = environment(
    'monitoring: { type: prometheus-operator }\nregistry: registry.example.com/shop/\nsecrets: { store: vault }\n',
  );
  expect(staging).toMatchObject({
    name: 'staging',
    registry: 'registry.example.com/shop',
    replicas: { min: 2, max: 2 },
    monitoring: { namespace: 'monitoring', labels: {} },
    secrets: { store: 'vault', kind: 'ClusterSecretStore' },
    resources: {},
  });
  expect(staging?.where(['registry'])).toBe('svc.yaml:6');
  expect(environment('monitoring: { type: none }\n')[0]).toMatchObject({ monitoring: undefined });
});

it.each([
  ['a key that nobody knows', 'regsitry: x', 'svc.yaml:5: environments.staging.regsitry: there is no such key'],
  [
    'fewer at most than at least',
    'replicas: { min: 3, max: 2 }',
    'svc.yaml:5: environments.staging.replicas: expected min to be at most max',
  ],
  [
    'a secret in the file',
    'resources: { postgres: { server: { host: a, password: hunter2 } } }',
    'name the key of a Secret under secret.keys',
  ],
  ['a resource that nothing provides', 'resources: { postgres: {} }', 'expected server, secret, object or claim'],
  [
    'a namespace that is none',
    'gateway: { name: public, namespace: Gate_ways }',
    'environments.staging.gateway.namespace: expected a DNS label',
  ],
  ['a collector without a scheme', 'traces: otel:4318', 'expected the base URL of a collector'],
])('refuses %s', (_, text, message) => {
  expect(() => environment(text)).toThrow(message);
});

it('takes of each target only what it understands', () => {
  expect(parseEnvironments('environments: { here: { target: local }, docker: { target: compose } }').map(({ target }) => target)).toEqual([
    'local',
    'compose',
  ]);
  expect(() => parseEnvironments('environments: { here: { target: local, namespace: shop } }')).toThrow(
    'environments.here.namespace: there is no such key',
  );
  expect(() => parseEnvironments('environments: { here: { target: moon } }')).toThrow('svc.yaml:1: environments.here.target');
});

it('picks an environment by its name, and names those that there are', () => {
  expect(pickEnvironment(environment(''), 'staging').name).toBe('staging');
  expect(pickEnvironment([], 'local').target).toBe('local');
  expect(() => pickEnvironment(environment(''), 'stagign')).toThrow('There is no environment stagign');
});
