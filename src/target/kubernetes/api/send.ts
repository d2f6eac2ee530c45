import { SvcError } from '../../../errors.ts';
import type { Cluster, ClusterRequest } from '../../../runtime/runtime.ts';
import { type Attempt, pauseBefore } from './retry.ts';

/** What requests are sent with. */
export interface ApiWorld {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly signal: AbortSignal;
  /** Requests go out even after the user asked to stop: for leaving things as they were. */
  readonly afterStop?: boolean;
  /** How long one attempt may take; 15 s where nothing is said. */
  readonly answerMs?: number;
  now(): Date;
  /** 0 to 1. */
  readonly chance: () => number;
  pause(milliseconds: number): Promise<void>;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly contentType?: string;
  /** What the call is about, as an error says it. */
  readonly about: string;
  /** A POST that changes nothing, however often it arrives. */
  readonly repeatable?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export type Send = (call: Call) => Promise<Answer>;

const ANSWER_MS = 15_000;

/** Sends requests again and again, as `retry.ts` says; the last answer or failure counts. Learns the cluster's time on the way. */
export function sender({ cluster, pause, chance, signal, now, answerMs = ANSWER_MS, afterStop = false }: ApiWorld): {
  readonly send: Send;
  now(): Date;
} {
  let aheadMs = 0;
  const attempt = async (call: ClusterRequest) => {
    const asked = now().getTime();
    const answer = await answerTo(call, cluster);
    aheadMs = aheadOf(answer, asked, now().getTime()) ?? aheadMs;
    return answer;
  };
  const send = async ({ method, path, body, contentType = 'application/json', repeatable = false }: Call) => {
    const call = { method, path, timeoutMs: answerMs, afterStop, ...(body && { body: JSON.stringify(body), contentType }) };
    for (let number = 1; ; number += 1) {
      signal.throwIfAborted();
      const outcome = await attempt(call).catch((error: unknown) => error as Error);
      const wait = pauseBefore(attemptOf(outcome), { number, method: repeatable ? 'GET' : method, chance: chance() });
      if (wait !== undefined) await pause(wait);
      else if (outcome instanceof Error) throw outcome;
      else return outcome;
    }
  };
  return { send, now: () => new Date(now().getTime() + aheadMs) };
}

/** The whole of it, so that a connection that breaks in the middle counts as no answer, and none is held open by what nobody reads. */
async function answerTo(call: ClusterRequest, cluster: Cluster): Promise<Answer> {
  const { status, headers, text } = await cluster.request(call);
  return { status, headers, text: await text() };
}

/** The header has whole seconds, and was written at some moment between question and answer: only what is beyond that counts. */
function aheadOf({ headers }: Answer, asked: number, answered: number): number | undefined {
  const there = Date.parse(headers['date'] ?? '');
  if (Number.isNaN(there)) return undefined;
  return there < asked - 1_000 ? there - asked : Math.max(0, there - answered);
}

function attemptOf(outcome: Answer | Error): Attempt {
  if (outcome instanceof Error) {
    // What no attempt can mend, such as a kubeconfig without access, is not tried again.
    return outcome instanceof SvcError && outcome.code === 'cluster/unreachable' ? { status: undefined } : { status: 400 };
  }
  const retryAfterSeconds = Number(outcome.headers['retry-after']);
  const asked = Number.isFinite(retryAfterSeconds) ? { retryAfterSeconds } : {};
  return { status: outcome.status, passing: outcome.status === 409 && !isTakenField(outcome), ...asked };
}

/** A conflict that lasts: another manager owns a field. Every other one is with a write at the same moment. */
export function isTakenField({ status, text }: Pick<Answer, 'status' | 'text'>): boolean {
  return status === 409 && text.includes('"FieldManagerConflict"');
}
