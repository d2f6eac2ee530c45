import { hintFor } from '../../api/refusal.ts';
import type { Cause, Rule } from '../cause.ts';
import type { Condition } from '../observed.ts';

/** Pods that the API server does not let in: a quota that is used up, a policy, a service account that is not there. */
export const admission: Rule = ({ workload, replicaSet, events }) => {
  // The deployment's own condition may be of the version before: it is a copy of what some replica set said.
  const conditions = replicaSet?.status?.conditions ?? [];
  const refused = conditions.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True') ?? fromEvents(events);
  if (!refused) return [];
  const message = refused.message ?? refused.reason ?? '';
  const cause: Cause = {
    reason: 'not-admitted',
    object: `${workload.kind.toLowerCase()}/${workload.object.metadata.name}`,
    message: `the cluster lets no pod of it in: ${shortened(message)}`,
    hint: hintFor(message),
    final: true,
  };
  return [cause];
};

/** A Job has no condition for it, only events. */
function fromEvents(events: Parameters<Rule>[0]['events']): Pick<Condition, 'message' | 'reason'> | undefined {
  return events.find(({ reason, type }) => reason === 'FailedCreate' && type === 'Warning');
}

function shortened(message: string): string {
  return message.replace(/^Error creating: /, '').replace(/^pods "[^"]*" is forbidden: /, '');
}
