import type { Api } from '../api/api.ts';
import type { KubernetesObject } from '../render/object.ts';
import type { Deployment, Event, Job, LastLines, Observation, Pod, ReplicaSet } from '../verdict/observed.ts';
import { isOwned } from '../verdict/rollout.ts';

/** What a roll-out is waited for by: of everything else the API server's word is enough. */
export function isAwaited({ kind }: Pick<KubernetesObject, 'kind'>): boolean {
  return kind === 'Deployment' || kind === 'Job';
}

/**
 * Looks at a workload and everything that belongs to it, all at once. Undefined where the workload is gone.
 * @throws SvcError of the API
 */
export async function observe(workload: KubernetesObject, api: Api): Promise<Observation | undefined> {
  const labels = workload.metadata.labels ?? {};
  const own = { 'app.kubernetes.io/name': labels['app.kubernetes.io/name'] ?? workload.metadata.name };
  const [object, replicaSets, pods, events] = await Promise.all([
    api.get<Deployment | Job>(workload),
    workload.kind === 'Deployment' ? api.list<ReplicaSet>({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }, own) : [],
    api.list<Pod>({ apiVersion: 'v1', kind: 'Pod' }, own),
    api.list<Event>({ apiVersion: 'v1', kind: 'Event' }),
  ]);
  if (!object) return undefined;
  const about =
    workload.kind === 'Deployment'
      ? ({ kind: 'Deployment', object: object as Deployment } as const)
      : ({ kind: 'Job', object: object as Job } as const);
  const lastLines = about.kind === 'Job' ? await lastLinesOf(about.object, pods, api) : {};
  return { now: api.now(), workload: about, replicaSets, pods, events, lastLines };
}

/** A job that waits for something says so in its log, and nowhere else. */
async function lastLinesOf({ metadata: job }: Job, pods: readonly Pod[], api: Api): Promise<LastLines> {
  const running = pods.flatMap(({ metadata, status }) => {
    const container = status?.containerStatuses?.find(({ state }) => state?.running);
    return container && isOwned(metadata, job) ? [{ pod: metadata.name, container: container.name }] : [];
  });
  const lines = running.map(async ({ pod, container }) => [pod, ...(await api.lastLines(pod, { container, lines: 1, previous: false }))]);
  return Object.fromEntries((await Promise.all(lines)).map(([pod = '', line = '']) => [pod, line]));
}
