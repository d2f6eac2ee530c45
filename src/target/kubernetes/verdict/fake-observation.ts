import type { ContainerStatus, Deployment, Event, Job, Observation, Pod } from './observed.ts';
import { type Rollout, rolloutOf } from './rollout.ts';

export const NOW = new Date('2026-01-01T12:00:00Z');
/** A moment this many seconds before now. */
export const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000).toISOString();

const REVISION = 'deployment.kubernetes.io/revision';
const ownedBy = (uid: string) => [{ uid, controller: true }];

/** A deployment of one replica whose new version, revision 2, is being rolled out over revision 1. */
export function observation(
  more: Partial<Omit<Observation, 'workload'>> & { readonly deployment?: Partial<Deployment> } = {},
): Observation {
  const { deployment, ...rest } = more;
  const metadata = { name: 'orders', uid: 'deployment', generation: 2, annotations: { [REVISION]: '2' } };
  return {
    now: NOW,
    workload: {
      kind: 'Deployment',
      object: { metadata, spec: { replicas: 1 }, status: { observedGeneration: 2, replicas: 2, updatedReplicas: 1 }, ...deployment },
    },
    replicaSets: [
      { metadata: { name: 'orders-old', uid: 'old', annotations: { [REVISION]: '1' }, ownerReferences: ownedBy('deployment') } },
      { metadata: { name: 'orders-new', uid: 'new', annotations: { [REVISION]: '2' }, ownerReferences: ownedBy('deployment') } },
    ],
    pods: [pod()],
    events: [],
    ...rest,
  };
}

export function jobObservation(object: Partial<Job>, pods: readonly Pod[] = []): Observation {
  return {
    now: NOW,
    workload: { kind: 'Job', object: { metadata: { name: 'migrate', uid: 'new' }, ...object } },
    replicaSets: [],
    pods,
    events: [],
  };
}

/** A pod of the new version, unless `owner` says otherwise. */
export function pod({
  container,
  owner = 'new',
  status,
  spec,
}: {
  readonly container?: Partial<ContainerStatus>;
  readonly owner?: string;
  readonly status?: Pod['status'];
  readonly spec?: Pod['spec'];
} = {}): Pod {
  return {
    metadata: { name: `orders-${owner}-x`, uid: `pod-${owner}`, creationTimestamp: ago(60), ownerReferences: ownedBy(owner) },
    spec: spec ?? { containers: [{ name: 'main', resources: { limits: { memory: '64Mi' } } }] },
    status: { phase: 'Running', containerStatuses: [containerStatus(container)], ...status },
  };
}

export function containerStatus(more: Partial<ContainerStatus> = {}): ContainerStatus {
  return { name: 'main', image: 'registry/orders:2', ready: false, restartCount: 0, state: { running: { startedAt: ago(5) } }, ...more };
}

export function event(reason: string, message: string, uid = 'pod-new'): Event {
  return { involvedObject: { uid }, reason, message, type: 'Warning' };
}

/** What a rule is given for an observation; one restart is tolerated. */
export function rollout(of: Observation): Rollout {
  return rolloutOf(of, { restarts: 1 });
}
