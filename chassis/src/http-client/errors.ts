import { Failure, type PublicAnswer } from '../failure.ts';
import type { ProblemBody } from '../http/problem.ts';

/**
 * Why a call failed: the peer answered an error (`status`), could not be reached, did not answer in time, has failed so often
 * that it is left alone (`circuit-open`), or answered something that is not JSON (`bad-answer`).
 */
export type UpstreamReason = 'status' | 'unreachable' | 'timeout' | 'circuit-open' | 'bad-answer';

export interface UpstreamFailure {
  readonly peer: string;
  readonly reason: UpstreamReason;
  readonly status?: number;
  readonly problem?: ProblemBody;
  readonly cause?: unknown;
  /** When to ask again, in milliseconds, where the peer said so. */
  readonly retryAfterMs?: number;
}

/** A call that failed. Not caught, it becomes 502, 503 or 504. */
export class UpstreamError extends Failure {
  override readonly name = 'UpstreamError';
  readonly peer: string;
  readonly reason: UpstreamReason;
  readonly status: number | undefined;
  readonly problem: ProblemBody | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(failure: UpstreamFailure) {
    super(messageOf(failure), publicAnswer(failure), { cause: failure.cause });
    this.peer = failure.peer;
    this.reason = failure.reason;
    this.status = failure.status;
    this.problem = failure.problem;
    this.retryAfterMs = failure.retryAfterMs;
  }
}

function messageOf({ peer, reason, status, problem }: UpstreamFailure): string {
  if (reason === 'status') return `${peer} answered ${status}${problem?.detail ? `: ${problem.detail}` : ''}`;
  if (reason === 'timeout') return `${peer} did not answer in time`;
  if (reason === 'circuit-open') return `${peer} is left alone, it failed too often`;
  return reason === 'unreachable' ? `${peer} could not be reached` : `${peer} answered what is not JSON`;
}

/** Callers learn whether to wait, try again or give up; not who is behind us, nor what it said. */
function publicAnswer({ reason, status }: UpstreamFailure): PublicAnswer {
  if (reason === 'timeout') return { status: 504, detail: 'A service that is needed here did not answer in time' };
  const busy = reason === 'unreachable' || reason === 'circuit-open' || status === 503 || status === 429;
  if (busy) return { status: 503, detail: 'A service that is needed here is not available' };
  if (status === 504) return { status: 504, detail: 'A service that is needed here did not answer in time' };
  return { status: 502, detail: 'A service that is needed here did not answer as it should' };
}
