import { type Cause, nameOf, type Rule } from '../cause.ts';
import type { ContainerSpec, ContainerStatus, Event, Pod } from '../observed.ts';
import { type Rollout, secondsSince } from '../rollout.ts';

/** A service that has not answered within this time after its start is not merely slow; a startup probe may allow more. */
const PATIENCE_SECONDS = 30;

/** A container that runs and does not get ready: what its probe says. */
export const readiness: Rule = (rollout) =>
  rollout.pods.flatMap((pod) => (pod.status?.containerStatuses ?? []).flatMap((status) => unready(status, pod, rollout)));

function unready(status: ContainerStatus, pod: Pod, { events, now }: Rollout): readonly Cause[] {
  const startedAt = status.state?.running?.startedAt;
  const event = lastProbe(events, pod);
  if (status.ready || startedAt === undefined || !event) return [];
  const spec = pod.spec.containers.find(({ name }) => name === status.name);
  return [
    {
      reason: 'not-ready',
      object: nameOf(pod),
      container: status.name,
      message: `it runs and is not ready: ${(event.message ?? '').trim()}`,
      hint: 'Its readiness says what it waits for: see its last lines, and what it depends on',
      final: secondsSince(startedAt, now) > patienceFor(spec),
    },
  ];
}

function lastProbe(events: readonly Event[], { metadata }: Pod): Event | undefined {
  return events.findLast(({ involvedObject, reason }) => reason === 'Unhealthy' && involvedObject.uid === metadata.uid);
}

/** What the probes themselves allow, where that is more. Defaults: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/ */
function patienceFor(spec: ContainerSpec | undefined): number {
  const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 } = spec?.startupProbe ?? {};
  return Math.max(PATIENCE_SECONDS, spec?.startupProbe ? initialDelaySeconds + periodSeconds * failureThreshold : 0);
}
