import { perContainer } from '../cause.ts';

/** A container that the kernel ended because it used more memory than its limit. */
export const memory = perContainer((status, { spec }) => {
  const ended = [status.state?.terminated, status.lastState?.terminated].find((state) => state?.reason === 'OOMKilled');
  if (!ended) return undefined;
  const limit = [...spec.containers, ...(spec.initContainers ?? [])].find(({ name }) => name === status.name)?.resources?.limits?.[
    'memory'
  ];
  return {
    reason: 'memory',
    message: `it was killed: it needs more memory than ${limit === undefined ? 'the node has' : `its limit of ${limit}`}`,
    hint: 'Raise containers.<name>.resources.limits.memory in score.yaml, or find what holds it',
    // The same start needs the same memory.
    final: true,
  };
});
