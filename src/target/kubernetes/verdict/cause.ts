import type { ContainerStatus, Pod } from './observed.ts';
import type { Rollout } from './rollout.ts';

/** Why a roll-out does not come to its end, each by one rule of `causes/`. */
export type Reason =
  | 'image'
  | 'configuration'
  | 'crash'
  | 'memory'
  | 'unschedulable'
  | 'not-admitted'
  | 'not-ready'
  | 'evicted'
  | 'stalled'
  | 'job-failed'
  | 'deadline';

export interface Cause {
  readonly reason: Reason;
  /** `pod/orders-5d9c-x2x`, `deployment/orders`. */
  readonly object: string;
  readonly container?: string;
  /** What the cluster says, in a sentence that stands by itself. */
  readonly message: string;
  /** The user's next step. */
  readonly hint: string;
  /** Nothing but another version or another cluster helps. What is not final may still come right by itself. */
  readonly final: boolean;
}

/** A rule looks at the new version's objects and names what it knows the cause of. */
export type Rule = (rollout: Rollout) => readonly Cause[];

/** Looks at each container of each pod of the new version. */
export function perContainer(
  find: (status: ContainerStatus, pod: Pod, rollout: Rollout) => Omit<Cause, 'object' | 'container'> | undefined,
): Rule {
  return (rollout) =>
    rollout.pods.flatMap((pod) =>
      statusesOf(pod).flatMap((status) => {
        const found = find(status, pod, rollout);
        return found ? [{ ...found, object: nameOf(pod), container: status.name }] : [];
      }),
    );
}

export function nameOf({ metadata: { name } }: Pod): string {
  return `pod/${name}`;
}

function statusesOf({ status }: Pod): readonly ContainerStatus[] {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
}
