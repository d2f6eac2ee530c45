import type { Api } from '../api/api.ts';
import type { KubernetesObject } from '../render/object.ts';
import type { Cause } from '../verdict/cause.ts';
import type { ContainerStatus, Event } from '../verdict/observed.ts';
import { rolloutOf } from '../verdict/rollout.ts';
import { judge } from '../verdict/verdict.ts';
import { observe } from './observe.ts';

/** What a cluster shows of a failure, taken before going back takes it away. */
export interface Evidence {
  readonly causes: readonly Cause[];
  readonly logs: readonly { readonly pod: string; readonly container: string; readonly lines: readonly string[] }[];
  /** Warnings of the new version's objects, the newest last. */
  readonly events: readonly string[];
}

const LINES = 20;
const MOST_PODS = 3;
const MOST_EVENTS = 20;

/** @throws SvcError of the API */
export async function gather(
  workload: KubernetesObject,
  { api, restarts }: { readonly api: Api; readonly restarts: number },
): Promise<Evidence> {
  const observation = await observe(workload, api);
  if (!observation) return { causes: [], logs: [], events: [] };
  const verdict = judge(observation, { restarts });
  const { pods, events } = rolloutOf(observation, { restarts });
  const causes = verdict.state === 'ready' ? [] : verdict.causes;
  const blamed = pods.filter(({ metadata }) => causes.some(({ object }) => object === `pod/${metadata.name}`));
  const logs = await Promise.all(
    (blamed.length > 0 ? blamed : pods).slice(0, MOST_PODS).flatMap((pod) =>
      (pod.status?.containerStatuses ?? []).map(async (status) => ({
        pod: pod.metadata.name,
        container: status.name,
        lines: await linesOf(api, pod.metadata.name, status),
      })),
    ),
  );
  return { causes, logs: logs.filter(({ lines }) => lines.length > 0), events: warnings(events) };
}

/** One that runs again has hardly said anything yet: the one before it said why it ended. One that has ended is itself the last. */
async function linesOf(api: Api, pod: string, { name: container, state, restartCount }: ContainerStatus): Promise<readonly string[]> {
  const previous = state?.running !== undefined && restartCount > 0;
  const lines = await api.lastLines(pod, { container, lines: LINES, previous });
  return lines.length > 0 ? lines : api.lastLines(pod, { container, lines: LINES, previous: !previous });
}

function warnings(events: readonly Event[]): readonly string[] {
  return events
    .filter(({ type }) => type === 'Warning')
    .slice(-MOST_EVENTS)
    .map(({ reason = '', message = '', count = 1 }) => `${reason}: ${message.trim()}${count > 1 ? ` (${count} times)` : ''}`);
}
