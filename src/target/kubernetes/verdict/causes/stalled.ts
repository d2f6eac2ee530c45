import { type Cause, nameOf, type Rule } from '../cause.ts';
import type { ContainerStatus, Pod } from '../observed.ts';
import { secondsSince } from '../rollout.ts';

/** A job that complains for this long waits for something that does not come, such as a database that nobody answers for. */
const PATIENCE_SECONDS = 60;
/** A complaint is of now for this long; one that is older may be over. */
const RECENT_SECONDS = 30;

/** The shape of a line in docs/service-contract.md. */
interface Line {
  readonly time?: unknown;
  readonly level?: unknown;
  readonly message?: unknown;
  readonly error?: unknown;
}

/** A job that runs and complains: its last line of log is a warning or worse. */
export const stalled: Rule = ({ pods, lastLines, now }) =>
  pods.flatMap((pod) =>
    (pod.status?.containerStatuses ?? []).flatMap((status) => complaint(status, pod, { now, line: lastLines[pod.metadata.name] })),
  );

function complaint(
  { name, state }: ContainerStatus,
  pod: Pod,
  { now, line }: { readonly now: Date; readonly line: string | undefined },
): readonly Cause[] {
  const { time, level, message, error } = fieldsOf(line);
  if (!state?.running || !/^(warn|error|fatal)$/.test(String(level))) return [];
  const isLong = secondsSince(state.running.startedAt, now) > PATIENCE_SECONDS;
  return [
    {
      reason: 'stalled',
      object: nameOf(pod),
      container: name,
      message: `it does not end: ${[message, detailOf(error)].filter(Boolean).join(': ')}`,
      hint: 'Its last lines say what it waits for',
      final: isLong && secondsSince(String(time), now) < RECENT_SECONDS,
    },
  ];
}

function detailOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error === 'string' ? error : '';
  const { message } = error as { readonly message?: unknown };
  return typeof message === 'string' ? message : '';
}

function fieldsOf(line = ''): Line {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
