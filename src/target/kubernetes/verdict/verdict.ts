import type { Cause, Rule } from './cause.ts';
import { admission } from './causes/admission.ts';
import { configuration } from './causes/configuration.ts';
import { crash } from './causes/crash.ts';
import { deadline } from './causes/deadline.ts';
import { eviction } from './causes/eviction.ts';
import { image } from './causes/image.ts';
import { memory } from './causes/memory.ts';
import { readiness } from './causes/readiness.ts';
import { scheduling } from './causes/scheduling.ts';
import { stalled } from './causes/stalled.ts';
import type { Deployment, Job, Observation, Tolerance } from './observed.ts';
import { isObserved, rolloutOf } from './rollout.ts';

/** How a roll-out stands. `waiting` says for what, and what looks wrong already but may still come right. */
export type Verdict =
  | { readonly state: 'ready' }
  | { readonly state: 'waiting'; readonly for: string; readonly causes: readonly Cause[] }
  | { readonly state: 'failed'; readonly causes: readonly Cause[] };

/** The likeliest root first: a crash for want of memory is told as that, and a deadline only where nothing else is known. */
const RULES: readonly Rule[] = [memory, image, configuration, crash, scheduling, admission, readiness, eviction, stalled, deadline];

/**
 * Judges a roll-out by its controller's own word and by the pods of the new version alone. Ready is what kubectl and kstatus both
 * call ready; failed is what cannot come right without another change, long before either of them gives up.
 */
export function judge(observation: Observation, tolerance: Tolerance): Verdict {
  const causes = RULES.flatMap((rule) => rule(rolloutOf(observation, tolerance)));
  const missing =
    observation.workload.kind === 'Deployment' ? missingIn(observation.workload.object) : missingInJob(observation.workload.object);
  if (missing === undefined) return { state: 'ready' };
  const final = causes.filter((cause) => cause.final);
  return final.length > 0 ? { state: 'failed', causes: final } : { state: 'waiting', for: missing, causes };
}

/** kubectl's rule for a Deployment, and kstatus' two conditions. */
function missingIn(deployment: Deployment): string | undefined {
  const { spec, status = {} } = deployment;
  if (!isObserved(deployment)) return 'its controller to see the change';
  const { replicas = 1 } = spec;
  const { updatedReplicas = 0, availableReplicas = 0, readyReplicas = 0 } = status;
  if (updatedReplicas < replicas) return `new pods: ${updatedReplicas} of ${replicas} made`;
  if ((status.replicas ?? 0) > updatedReplicas) return `old pods to end: ${(status.replicas ?? 0) - updatedReplicas} left`;
  if (readyReplicas < replicas) return `new pods: ${readyReplicas} of ${replicas} ready`;
  if (availableReplicas < replicas) return `new pods: ${availableReplicas} of ${replicas} available`;
  const isTrue = (type: string) =>
    replicas === 0 || status.conditions?.some((condition) => condition.type === type && condition.status === 'True');
  return isTrue('Progressing') && isTrue('Available') ? undefined : 'its controller to call it available';
}

function missingInJob({ status }: Job): string | undefined {
  const complete = status?.conditions?.some(
    ({ type, status: value }) => (type === 'Complete' || type === 'SuccessCriteriaMet') && value === 'True',
  );
  return complete ? undefined : 'the job to end';
}
