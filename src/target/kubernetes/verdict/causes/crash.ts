import { perContainer } from '../cause.ts';
import type { ContainerStatus, Pod } from '../observed.ts';
import type { Rollout } from '../rollout.ts';

/** A container that ends by itself, beyond what is tolerated again and again. Running out of memory has a rule of its own. */
export const crash = perContainer((status, pod, rollout) => {
  const ended = status.state?.terminated ?? status.lastState?.terminated;
  if (!ended || ended.reason === 'OOMKilled' || (ended.exitCode === 0 && mayEnd(status, pod, rollout))) return undefined;
  // The kubelet counts restarts; the end that no restart has followed yet comes on top.
  const crashes = status.restartCount + (status.state?.running ? 0 : 1);
  return {
    reason: 'crash',
    message: `it ended with exit code ${ended.exitCode}${meaningOf(ended.exitCode)}${crashes > 1 ? `, ${crashes} times` : ''}`,
    hint: ended.exitCode === 0 ? 'A service goes on until it is told to end: is this a job?' : 'See its last lines',
    final: crashes > rollout.tolerance.restarts,
  };
});

function mayEnd({ name }: ContainerStatus, { status }: Pod, { workload }: Rollout): boolean {
  return workload.kind === 'Job' || (status?.initContainerStatuses ?? []).some((init) => init.name === name);
}

/** As shells and container runtimes count them. */
function meaningOf(exitCode: number): string {
  if (exitCode === 126) return ' (its command is no program that can run)';
  if (exitCode === 127) return ' (its command was not found)';
  if (exitCode === 137) return ' (killed)';
  if (exitCode === 139) return ' (memory fault)';
  return '';
}
