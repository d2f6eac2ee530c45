import type { Change, ServiceResult } from '../target/local/protocol.ts';
import type { Attempt } from './runner.ts';

export interface Given {
  readonly change: Change;
  readonly service: string;
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Undefined where nothing had to be done. */
  readonly attempt: Attempt | undefined;
}

/** What a person is told of one service's deploy. */
export function resultOf(given: Given): ServiceResult {
  const { attempt, startedAt, ...rest } = given;
  const outcome = attempt?.outcome ?? { is: 'serving' };
  const base = { ...rest, ok: outcome.is === 'serving', durationMs: Date.now() - startedAt };
  if (outcome.is === 'serving' || !attempt) return base;
  if (outcome.is === 'superseded')
    return { ...base, superseded: true, reason: 'a newer version was asked for meanwhile', oldServes: attempt.oldServes };
  return { ...base, reason: outcome.reason, lastLines: attempt.lastLines, oldServes: attempt.oldServes };
}
