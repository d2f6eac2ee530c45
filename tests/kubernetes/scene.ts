import { setTimeout as wait } from 'node:timers/promises';
import { connectCluster } from '../../src/runtime/node/cluster.ts';
import { type Api, apiOf } from '../../src/target/kubernetes/api/api.ts';
import { type Deployed, deployService } from '../../src/target/kubernetes/deploy/deploy-service.ts';
import { DEFAULTS } from '../../src/target/kubernetes/deploy/options.ts';
import { planService } from '../../src/target/kubernetes/deploy/plan.ts';
import type { KubernetesObject } from '../../src/target/kubernetes/render/object.ts';

/** The API of the cluster that KUBECONFIG names, in one namespace. */
export function apiIn(namespace: string): Api {
  const { signal } = new AbortController();
  return apiOf({
    cluster: connectCluster(undefined, signal),
    namespace,
    signal,
    now: () => new Date(),
    chance: Math.random,
    pause: (ms) => wait(ms),
  });
}

export interface Told {
  readonly deployed: Deployed;
  /** What a waiting person was told, each with the seconds since the beginning. */
  readonly told: readonly string[];
}

/** Deploys objects as one service. */
export async function deploy(service: string, objects: readonly KubernetesObject[], api: Api, patienceMs = 60_000): Promise<Told> {
  const told: string[] = [];
  const plan = await planService(service, objects, api);
  const deployed = await deployService(plan, {
    api,
    by: 'test',
    options: { ...DEFAULTS, patienceMs },
    pause: (ms) => wait(ms),
    tell: (_, text) => told.push(text),
    stillMine: async () => {},
  });
  return { deployed, told };
}

export interface Shell {
  readonly image: string;
  /** What it runs; a web server that answers where nothing else is said. */
  readonly script?: string;
  readonly probe?: string;
  readonly memory?: string;
  readonly cpu?: string;
}

const SERVE = 'mkdir -p /tmp/www && echo ok >/tmp/www/index.html && exec busybox httpd -f -p 8080 -h /tmp/www';

/** A deployment of one pod and its service, as small as can be. */
export function shellService(
  name: string,
  { image, script = SERVE, probe = '/', memory = '32Mi', cpu = '10m' }: Shell,
): readonly KubernetesObject[] {
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/managed-by': 'svc' };
  const container = {
    name: 'main',
    image,
    command: ['/bin/busybox', 'sh', '-c', script],
    readinessProbe: { httpGet: { path: probe, port: 8080 }, periodSeconds: 1 },
    resources: { requests: { cpu, memory: '16Mi' }, limits: { memory } },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  };
  const podSpec = { terminationGracePeriodSeconds: 1, containers: [container], volumes: [{ name: 'tmp', emptyDir: {} }] };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: { 'app.kubernetes.io/name': name } },
        template: { metadata: { labels }, spec: podSpec },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, labels },
      spec: { selector: { 'app.kubernetes.io/name': name }, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ];
}

/** What has to end before a new version of a service starts. */
export function migration(name: string, { image, script = 'exit 0' }: Shell): KubernetesObject {
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/managed-by': 'svc' };
  const podLabels = { ...labels, 'app.kubernetes.io/component': 'migration' };
  const container = { name: 'migrate', image, command: ['/bin/busybox', 'sh', '-c', script] };
  const podSpec = { restartPolicy: 'Never', terminationGracePeriodSeconds: 1, containers: [container] };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `${name}-migrate`, labels },
    spec: { backoffLimit: 0, template: { metadata: { labels: podLabels }, spec: podSpec } },
  };
}
