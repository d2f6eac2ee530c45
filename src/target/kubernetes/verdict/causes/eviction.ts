import { nameOf, type Rule } from '../cause.ts';

/** A pod that its node threw out. Its owner makes another one, so this alone ends no roll-out. */
export const eviction: Rule = ({ pods }) =>
  pods.flatMap((pod) => {
    const { reason, message = '' } = pod.status ?? {};
    if (reason !== 'Evicted' && reason !== 'NodeShutdown' && reason !== 'NodeAffinity') return [];
    return [
      {
        reason: 'evicted',
        object: nameOf(pod),
        message: `its node ended it: ${message.trim() || reason}`,
        hint: 'Another pod takes its place',
        final: false,
      },
    ];
  });
