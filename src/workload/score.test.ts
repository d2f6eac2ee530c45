import { expect, it } from 'vitest';
import { SvcError } from '../errors.ts';
import { interpolate } from './interpolate.ts';
import { parseScore } from './score.ts';

const orders = `apiVersion: score.dev/v1b1
metadata:
  name: orders
  annotations:
    svckit.dev/build: npm run build
    svckit.dev/run: node --title 'my orders' dist/main.js
    svckit.dev/watch: src openapi.yaml
containers:
  main:
    image: .
    variables: { PORT: "8080", DATABASE_URL: "\${resources.db.url}" }
    readinessProbe: { httpGet: { path: /health/ready, port: 8080 } }
    resources: { limits: { memory: 256Mi } }
service:
  ports: { http: { port: 80, targetPort: 8080 } }
resources:
  db: { type: postgres }
  products: { type: service }
`;

it('reads a workload with its annotations', () => {
  expect(parseScore(orders, 'score.yaml')).toEqual({
    name: 'orders',
    kind: 'service',
    schedule: undefined,
    migrate: undefined,
    build: ['npm', 'run', 'build'],
    run: ['node', '--title', 'my orders', 'dist/main.js'],
    watch: ['src', 'openapi.yaml'],
    containers: [
      {
        name: 'main',
        image: '.',
        command: undefined,
        args: undefined,
        variables: { PORT: '8080', DATABASE_URL: '${resources.db.url}' },
        files: [],
        volumes: [],
        before: {},
        livenessProbe: undefined,
        readinessProbe: {
          httpGet: { path: '/health/ready', port: 8080, host: undefined, scheme: undefined, httpHeaders: [] },
          exec: undefined,
        },
        requests: undefined,
        limits: { memory: '256Mi' },
      },
    ],
    ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
    resources: [
      { name: 'db', type: 'postgres', id: undefined, params: {} },
      { name: 'products', type: 'service', id: undefined, params: {} },
    ],
  });
});

it('says file, line and reason of everything that is wrong, at once', () => {
  const broken = orders.replace('image: .', 'imagee: .').replace('port: 80,', 'port: eighty,').replace('name: orders', 'name: Orders');
  const error = (() => {
    try {
      return parseScore(broken, 'orders/score.yaml');
    } catch (caught) {
      return caught;
    }
  })();
  expect(error).toBeInstanceOf(SvcError);
  expect(String((error as SvcError).message).split('\n')).toEqual([
    'orders/score.yaml:3: metadata.name: expected a DNS label: small letters, digits, dashes',
    'orders/score.yaml:9: containers.main.image: is missing',
    'orders/score.yaml:10: containers.main.imagee: there is no such key',
    'orders/score.yaml:15: service.ports.http.port: expected number, found "eighty"',
  ]);
});

it('fills placeholders in, keeps escaped ones, and refuses what nothing provides', () => {
  const lookup = (path: readonly string[]) => (path.join('.') === 'resources.db.url' ? 'postgres://db' : undefined);
  expect(interpolate('url=${resources.db.url} $${literal}', lookup)).toBe('url=postgres://db ${literal}');
  expect(() => interpolate('${resources.cache.url}', lookup)).toThrow('Nothing provides ${resources.cache.url}');
});
