import type { Rule } from '../cause.ts';
import type { Condition } from '../observed.ts';

/** What the controllers themselves gave up: a Deployment past its progress deadline, a Job past its retries or its deadline. */
export const deadline: Rule = ({ workload }) => {
  const object = `${workload.kind.toLowerCase()}/${workload.object.metadata.name}`;
  const conditions: readonly Condition[] = workload.object.status?.conditions ?? [];
  if (workload.kind === 'Job') {
    const failed = conditions.find(({ type, status }) => type === 'Failed' && status === 'True');
    if (!failed) return [];
    return [
      {
        reason: 'job-failed',
        object,
        message: `the job failed: ${failed.message ?? failed.reason ?? ''}`,
        hint: 'See its last lines',
        final: true,
      },
    ];
  }
  const late = conditions.find(
    ({ type, status, reason }) => type === 'Progressing' && status === 'False' && reason === 'ProgressDeadlineExceeded',
  );
  if (!late) return [];
  return [
    {
      reason: 'deadline',
      object,
      message: late.message ?? 'it made no progress within its deadline',
      hint: 'See its events: kubectl describe',
      final: true,
    },
  ];
};
