import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SvcError } from '../../src/errors.ts';
import { connectCluster } from '../../src/runtime/node/cluster.ts';
import type { Cluster as ClusterAccess } from '../../src/runtime/runtime.ts';
import { apiOf } from '../../src/target/kubernetes/api/api.ts';
import { type Connection, carryOutDeploy, hasWork, planDeploy, type ServiceOutcome } from '../../src/target/kubernetes/deploy/deploy.ts';
import type { DeployOptions } from '../../src/target/kubernetes/deploy/options.ts';
import { readRecord } from '../../src/target/kubernetes/deploy/record.ts';
import type { KubernetesObject } from '../../src/target/kubernetes/render/object.ts';
import { API_SERVER, STATE } from './cluster/parts.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

/** A way to the test cluster with a proxy in it. */
export interface Line {
  readonly proxy: FaultProxy;
  readonly kubeconfig: string;
  readonly connection: Connection;
  close(): Promise<void>;
}

const ANSWER_MS = 1_500;

/** Lays a line into a namespace; with another token than the administrator's where one is given. */
export async function layLine(namespace: string, clusterConfig: string, token?: string): Promise<Line> {
  const proxy = await startFaultProxy({ target: API_SERVER, ca: readFileSync(join(STATE, 'certs/apiserver.crt'), 'utf8'), slowMs: 500 });
  const folder = mkdtempSync(join(tmpdir(), 'svckit-line-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const toProxy = `cluster: { server: '${proxy.url}', insecure-skip-tls-verify: true }`;
  const config = readFileSync(clusterConfig, 'utf8').replace(/cluster: \{.*?\}/, toProxy);
  writeFileSync(kubeconfig, token === undefined ? config : config.replace(/token: \w+/, `token: ${token}`));
  const close = async () => {
    await proxy.close();
    rmSync(folder, { recursive: true });
  };
  return { proxy, kubeconfig, connection: connectionTo(clusterAt(kubeconfig), namespace), close };
}

export function clusterAt(kubeconfig: string): ClusterAccess {
  process.env['KUBECONFIG'] = kubeconfig;
  return connectCluster(undefined, new AbortController().signal);
}

/** With the time of a machine whose clock may be wrong. */
export function connectionTo(cluster: ClusterAccess, namespace: string, now = () => new Date()): Connection {
  const { signal } = new AbortController();
  const base = { cluster, namespace, signal, answerMs: ANSWER_MS, chance: Math.random, pause: (ms: number) => wait(ms) };
  const api = apiOf({ ...base, now });
  return { api, closingApi: api, context: cluster.context };
}

export type Version = '1' | '2' | 'bad';

/** A version of a service that starts no pod, so that hundreds fit into a few minutes; `bad` wants one, which the quota forbids. */
export function smallService(name: string, version: Version, image = 'svckit.test/pause:1'): readonly KubernetesObject[] {
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/managed-by': 'svc' };
  const container = { name: 'main', image, env: [{ name: 'VERSION', value: version }] };
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${name}-${version}`, labels }, data: { version } },
    { apiVersion: 'v1', kind: 'Service', metadata: { name, labels }, spec: { ports: [{ port: version === '1' ? 80 : 81 }] } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, labels },
      spec: {
        replicas: version === 'bad' ? 1 : 0,
        selector: { matchLabels: { 'app.kubernetes.io/name': name } },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
  ];
}

/** How a run of `svc deploy` ended; `refused` before anything was written. */
export type Ended = ServiceOutcome | { readonly refused: string };

/** Plans and carries out, as the command does. */
export async function runDeploy(
  name: string,
  version: Version,
  connection: Connection,
  options: Partial<DeployOptions> = {},
): Promise<Ended> {
  const service = { service: name, objects: smallService(name, version) };
  const runtime = {
    env: { USER: 'tester' },
    pid: process.pid,
    processAt: async () => ({ id: process.pid, host: 'here', startedAt: '' }),
    token: () => Math.random().toString(16).slice(2),
    signal: new AbortController().signal,
    now: () => new Date(),
    emit: () => {},
  };
  try {
    const plan = await planDeploy([service], connection);
    if (!plan.services.some(hasWork)) return { refused: 'nothing to do' };
    const [outcome] = await carryOutDeploy(plan, {
      calls: new Map([[name, []]]),
      connection,
      options: { patienceMs: 20_000, ...options },
      runtime,
    });
    return outcome ?? { refused: 'no outcome' };
  } catch (error) {
    if (error instanceof SvcError) return { refused: `${error.code}: ${error.message}` };
    throw error;
  }
}

/** What is there of a service, and what is written down of it. */
export interface Found {
  /** `ConfigMap x-1`, sorted. */
  readonly objects: readonly string[];
  /** What its deployment is of; undefined where there is none. */
  readonly version: string | undefined;
  readonly recorded: readonly string[];
  readonly phase: string | undefined;
  readonly holder: string | undefined;
}

interface LiveDeployment extends KubernetesObject {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly env: readonly { readonly value: string }[] }[] } };
  };
}

export async function lookAt(name: string, { api }: Connection): Promise<Found> {
  const own = { 'app.kubernetes.io/name': name };
  const listed = async (apiVersion: string, kind: string) =>
    (await api.list<KubernetesObject>({ apiVersion, kind }, own)).map((object) => ({ ...object, kind }));
  const [maps, services, deployments, record, lease] = await Promise.all([
    listed('v1', 'ConfigMap'),
    listed('v1', 'Service'),
    listed('apps/v1', 'Deployment'),
    readRecord(name, api),
    api.get<KubernetesObject & { spec?: { holderIdentity?: string } }>({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: `svc-${name}` },
    }),
  ]);
  const deployment = deployments[0] as LiveDeployment | undefined;
  return {
    objects: titles([...maps, ...services, ...deployments]),
    version: deployment?.spec.template.spec.containers[0]?.env[0]?.value,
    recorded: titles(record?.inventory ?? []),
    phase: record?.phase,
    holder: lease?.spec?.holderIdentity,
  };
}

export function titles(objects: readonly KubernetesObject[]): readonly string[] {
  return objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
}
