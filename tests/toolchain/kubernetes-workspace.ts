import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { render } from '../template/rendered.ts';
import { combinations, ROOT } from './services.ts';

/** Environments that differ in everything that may differ: how secrets come, whether pods scale, who watches, who exposes. */
export const ENVIRONMENTS = ['operator', 'release', 'vault', 'plain'] as const;

const SETTINGS = `
environments:
  operator:
    target: kubernetes
    context: operator
    namespace: shop
    registry: registry.example.com/shop
    pullSecret: registry
    domain: example.com
    gateway: { name: public, namespace: gateways, section: https, pods: envoy-gateway-system }
    replicas: { min: 2, max: 6 }
    monitoring: { type: prometheus-operator, namespace: monitoring, labels: { release: prometheus } }
    traces: http://otel-collector.monitoring:4318
    resources:
      postgres:
        secret: { name: '\${id}-app', keys: { url: uri, password: password } }
        network: { pods: { 'cnpg.io/cluster': '\${id}' } }
  release:
    target: kubernetes
    namespace: shop
    registry: registry.example.com/shop
    monitoring: { type: prometheus-operator }
    resources:
      postgres:
        secret: { name: '\${id}-postgresql', keys: { url: uri, password: password } }
        network: { pods: { app.kubernetes.io/instance: '\${id}' } }
  vault:
    target: kubernetes
    namespace: shop
    registry: registry.example.com/shop
    replicas: { min: 3, max: 3 }
    secrets: { store: vault }
    resources:
      postgres:
        server: { host: db.example.com, port: 5432, database: '\${service}' }
        secret: { name: '\${id}', keys: { username: user, password: password }, remote: 'shop/\${id}' }
        network: { cidr: 10.20.0.0/16 }
  plain:
    target: kubernetes
    namespace: shop
    registry: registry.example.com:5000
    resources:
      postgres:
        server: { host: postgres.databases.svc.cluster.local, database: '\${service}' }
        secret: { name: '\${id}', keys: { username: username, password: password } }
`;

/** A workload with all that Score has words for. */
const WORKER = `
apiVersion: score.dev/v1b1
metadata: { name: worker }
containers:
  main:
    image: .
    command: [node]
    args: [worker.js, --title, "costs $(5)"]
    variables: { ORDERS: "\${resources.base.host}:\${resources.base.port}", DATABASE_URL: "\${resources.db.url}" }
    files:
      /etc/worker/settings.json: { content: '{ "name": "\${metadata.name}" }', mode: "0440" }
      /etc/worker/logo.bin: { binaryContent: AAECAw== }
      /etc/worker/rules.txt: { source: rules.txt, noExpand: true }
      /etc/worker/password: { content: "\${resources.db.password}" }
    volumes: { /var/cache/worker: { source: "\${resources.cache}" } }
    before: { proxy: { ready: healthy }, prepare: { ready: complete } }
    readinessProbe: { exec: { command: [node, ready.js] } }
    livenessProbe: { httpGet: { path: /live, port: 9000, host: worker, scheme: HTTP } }
    resources: { limits: { memory: 256Mi } }
  proxy:
    image: registry.example.com/proxy:1.2.3
    readinessProbe: { httpGet: { path: /ready, port: 15000 } }
    resources: { limits: { memory: 64Mi } }
  prepare:
    image: registry.example.com/prepare@sha256:${'0'.repeat(64)}
    resources: { limits: { memory: 64Mi } }
  beside:
    image: registry.example.com/beside:1.2.3
    livenessProbe: { exec: { command: ["true"] } }
    readinessProbe: { exec: { command: [test, -e, /tmp/ready] } }
    resources: { limits: { memory: 64Mi } }
service: { ports: { http-api: { port: 8000, targetPort: 9000 }, metrics-and-more: { port: 9100 } } }
resources:
  base: { type: service }
  db: { type: postgres }
  cache: { type: volume, params: { size: 1Gi } }
  dns: { type: dns, id: work }
  route: { type: route, params: { host: "\${resources.dns.host}", path: /work, port: 8000 } }
`;

const job = (name: string, kind: string) => `
apiVersion: score.dev/v1b1
metadata: { name: ${name}, annotations: { svckit.dev/kind: ${kind}, svckit.dev/schedule: '0 3 * * *' } }
containers: { main: { image: ., command: [node, ${name}.js], variables: { BASE_URL: "\${resources.base.url}" }, resources: { limits: { memory: 64Mi } } } }
resources: { base: { type: service } }
`;

/** Makes a workspace in `parent` with a service for each option of the template that Kubernetes can notice, and workloads of all kinds. */
export function kubernetesWorkspace(parent: string): string {
  const workspace = join(parent, 'shop');
  const options = combinations({ database: ['none', 'postgres'], standards: ['full', 'lean'] });
  const services = [
    ['base', {}] as const,
    ...options.flatMap((answers, index) => [
      [`alone-${index}`, answers] as const,
      [`calling-${index}`, { ...answers, calls: ['base'] }] as const,
    ]),
  ];
  const generated = services.flatMap(([name, answers]) =>
    [...render(name, { name, ci: 'none', ...answers }, `services/${name}`).files].map(
      ([path, text]) => [`services/${name}/${path}`, text] as const,
    ),
  );
  for (const [path, text] of [...generated, ...Object.entries(BY_HAND)]) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), text);
  }
  return workspace;
}

const BY_HAND: Readonly<Record<string, string>> = {
  'svc.yaml': SETTINGS,
  'services/worker/score.yaml': WORKER,
  'services/worker/package.json': '{ "version": "2.0.0" }',
  'services/worker/rules.txt': 'yes\n${not.a.placeholder}\n',
  'services/import/score.yaml': job('import', 'job'),
  'services/import/package.json': '{ "version": "2.0.0" }',
  'services/nightly/score.yaml': job('nightly', 'cron'),
  'services/nightly/package.json': '{ "version": "2.0.0" }',
  'services/calling-3/score.operator.yaml': 'resources: { route: { type: route } }\n',
};

/** What `svc render` shows for an environment. */
export async function rendered(workspace: string, ...args: string[]): Promise<string> {
  const { stdout } = await execa(process.execPath, [join(ROOT, 'bin', 'svc.js'), 'render', ...args], {
    cwd: workspace,
    stripFinalNewline: false,
  });
  return stdout;
}
