import type { Deployment, Event, LastLines, Metadata, Observation, Pod, ReplicaSet, Tolerance } from './observed.ts';

/** What of an observation belongs to the new version: a verdict must not blame the old one, nor be fooled by it. */
export interface Rollout {
  readonly now: Date;
  readonly tolerance: Tolerance;
  readonly workload: Observation['workload'];
  /** Of a Deployment, once its controller has seen the change. */
  readonly replicaSet: ReplicaSet | undefined;
  readonly pods: readonly Pod[];
  readonly events: readonly Event[];
  readonly lastLines: LastLines;
}

/** Picks what the new version owns out of everything that carries the workload's labels. */
export function rolloutOf(observation: Observation, tolerance: Tolerance): Rollout {
  const { now, workload, pods, events, lastLines = {} } = observation;
  const replicaSet = workload.kind === 'Deployment' ? newestOf(workload.object, observation.replicaSets) : undefined;
  const owner = workload.kind === 'Job' ? workload.object.metadata : replicaSet?.metadata;
  // A pod that is told to end, as by a drained node, is not to be blamed for ending.
  const own = owner ? pods.filter(({ metadata }) => isOwned(metadata, owner) && metadata.deletionTimestamp === undefined) : [];
  const uids = new Set([workload.object, ...(replicaSet ? [replicaSet] : []), ...own].map(({ metadata }) => metadata.uid));
  return {
    now,
    tolerance,
    workload,
    replicaSet,
    pods: own,
    lastLines,
    events: events.filter(({ involvedObject: { uid } }) => uid && uids.has(uid)),
  };
}

/** Whether the controller has seen the newest change: what it says before is about the old version. */
export function isObserved({ metadata, status }: Deployment): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata.generation ?? 1);
}

const REVISION = 'deployment.kubernetes.io/revision';

/** The controller numbers replica sets, and writes the number of the current one on the deployment. */
function newestOf(deployment: Deployment, replicaSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  if (!isObserved(deployment)) return undefined;
  const revision = deployment.metadata.annotations?.[REVISION];
  const own = replicaSets.filter(({ metadata }) => isOwned(metadata, deployment.metadata));
  return own.find(({ metadata }) => metadata.annotations?.[REVISION] === revision);
}

/** Whether a controller made it. */
export function isOwned({ ownerReferences = [] }: Metadata, { uid }: Metadata): boolean {
  return ownerReferences.some((owner) => owner.controller !== false && owner.uid === uid);
}

/** Whole seconds since a moment; endless where it is not known. */
export function secondsSince(moment: string | undefined, now: Date): number {
  return moment === undefined ? Number.POSITIVE_INFINITY : (now.getTime() - Date.parse(moment)) / 1000;
}
