import { type Cause, nameOf, type Rule } from '../cause.ts';
import type { Pod } from '../observed.ts';
import { secondsSince } from '../rollout.ts';

/** A node that starts or a pod that goes makes room within this time; whoever waits longer, waits for more than that. */
const PATIENCE_SECONDS = 15;

/** A pod for which no node has room, or that fits none. */
export const scheduling: Rule = ({ pods, now }) => pods.flatMap((pod) => unscheduled(pod, now));

function unscheduled(pod: Pod, now: Date): readonly Cause[] {
  const condition = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (condition?.status !== 'False' || condition.reason !== 'Unschedulable') return [];
  const { message = '' } = condition;
  return [
    {
      reason: 'unschedulable',
      object: nameOf(pod),
      message: `no node takes it: ${message.replace(/\.? *(no new claims to deallocate|preemption:).*$/s, '').trim()}`,
      hint: hintFor(message),
      final: secondsSince(condition.lastTransitionTime ?? pod.metadata.creationTimestamp, now) > PATIENCE_SECONDS,
    },
  ];
}

function hintFor(message: string): string {
  if (/insufficient/i.test(message)) return 'Ask for less under containers.<name>.resources.requests in score.yaml, or add a node';
  if (/were unschedulable/.test(message)) return 'Nodes are closed to new pods, as when they are drained: kubectl get nodes';
  return 'Its node selector, affinity or tolerations fit no node of this cluster';
}
