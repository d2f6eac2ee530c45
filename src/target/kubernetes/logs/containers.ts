import type { ContainerStatus, Pod } from '../verdict/observed.ts';

/** A container of a pod, and the runs of it whose logs the cluster still has. */
export interface Container {
  readonly service: string;
  readonly pod: string;
  readonly container: string;
  /** It is not the only one of its pod. */
  readonly isOneOfMany: boolean;
  /** Tells it from any other, also from one of a later pod of that name. */
  readonly key: string;
  /** The run that goes on, or the last one where none will follow soon. */
  readonly current?: { readonly id: string; readonly isRunning: boolean };
  /** The run before the last restart; in the pause before a restart, the one that just ended. */
  readonly earlier?: string;
}

/** The containers of a service's pods, those that prepare the pod too. */
export function containersOf(service: string, pods: readonly Pod[]): readonly Container[] {
  return pods.flatMap((pod) => {
    const isOneOfMany = pod.spec.containers.length + (pod.spec.initContainers?.length ?? 0) > 1;
    const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    return statuses.map((status) => ({
      service,
      pod: pod.metadata.name,
      container: status.name,
      isOneOfMany,
      key: `${pod.metadata.uid}/${status.name}`,
      ...runsOf(status),
    }));
  });
}

function runsOf({ containerID, state, lastState }: ContainerStatus): Pick<Container, 'current' | 'earlier'> {
  const earlier = lastState?.terminated?.containerID;
  const ended = state?.terminated?.containerID;
  const current =
    ended !== undefined ? { id: ended, isRunning: false } : state?.running && containerID && { id: containerID, isRunning: true };
  return { ...(current && { current }), ...(earlier !== undefined && { earlier }) };
}
