import { setTimeout as sleep } from 'node:timers/promises';
import { SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { exchangeOf, timeLeft } from '../exchange.ts';
import { DEADLINE_HEADER } from '../http/deadline.ts';
import type { ProblemBody } from '../http/problem.ts';
import { traceHeaders } from '../telemetry/traceparent.ts';
import type { CallMetrics } from './call-metrics.ts';
import { UpstreamError, type UpstreamFailure } from './errors.ts';
import { type Query, queryText } from './path.ts';
import { createPeer, type Peer } from './peer.ts';
import { type RawReply, TimedOut, type Transport } from './transport.ts';

export interface CallOptions {
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes any call one that may be tried again: the peer knows it by this key. */
  readonly idempotencyKey?: string;
  /** For the call with its retries; never more than is left of the request that it is made for. */
  readonly timeoutMs?: number;
}

export interface Call extends CallOptions {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export interface Reply<T> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Undefined where the answer has no body. */
  readonly body: T;
}

export interface CallerParts {
  readonly peer: string;
  /** Base addresses without a slash at the end; at least one. */
  readonly urls: readonly string[];
  readonly timeoutMs: number;
  readonly tracer: Tracer;
  readonly transport: Transport;
  readonly metrics: CallMetrics;
  now(): number;
  /** From 0 to 1, for the jitter. */
  random(): number;
}

export interface Caller {
  /** @throws UpstreamError */
  request(call: Call): Promise<Reply<unknown>>;
}

const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 50;
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);
/** Answers that say: not now. */
const TEMPORARY = new Set([429, 502, 503, 504]);

/** Calls one peer: tries until there is an answer, a failure worth telling, or no time. */
export function createCaller(parts: CallerParts): Caller {
  const peer = createPeer(parts);
  return {
    async request(call) {
      peer.called();
      const end = parts.now() + timeLeft(call.timeoutMs ?? parts.timeoutMs);
      for (let tried = 1; ; tried++) {
        const outcome = await attempt(parts, peer, { call, timeoutMs: end - parts.now() });
        if (!(outcome instanceof UpstreamError)) return outcome;
        const pause = outcome.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (tried - 1) * (0.5 + parts.random());
        const again = tried < ATTEMPTS && isRepeatable(call) && isTemporary(outcome) && parts.now() + pause < end && peer.mayRetry();
        if (!again) throw outcome;
        await sleep(pause);
      }
    },
  };
}

async function attempt(
  parts: CallerParts,
  peer: Peer,
  { call, timeoutMs }: Pick<AttemptAt, 'call' | 'timeoutMs'>,
): Promise<Reply<unknown> | UpstreamError> {
  if (timeoutMs <= 0) return new UpstreamError({ peer: parts.peer, reason: 'timeout' });
  const base = peer.address();
  if (base === undefined) return new UpstreamError({ peer: parts.peer, reason: 'circuit-open' });
  const outcome = await attemptAt(parts, { call, base, timeoutMs });
  peer.answered(base, !(outcome instanceof UpstreamError) || isPeersAnswer(outcome));
  return outcome;
}

function isRepeatable({ method, idempotencyKey }: Call): boolean {
  return IDEMPOTENT.has(method) || idempotencyKey !== undefined;
}

function isTemporary({ reason, status }: UpstreamError): boolean {
  return reason === 'unreachable' || (reason === 'status' && status !== undefined && TEMPORARY.has(status));
}

/** An answer below 500 says that the peer works, whatever it thinks of the call; 429 says that it has too much to do. */
function isPeersAnswer({ reason, status }: UpstreamError): boolean {
  return reason === 'status' && status !== undefined && status < 500 && status !== 429;
}

interface AttemptAt {
  readonly call: Call;
  readonly base: string;
  readonly timeoutMs: number;
}

/** One attempt with its span and its count. Resolves with the failure: what becomes of it is for the caller to say. */
async function attemptAt(parts: CallerParts, { call, base, timeoutMs }: AttemptAt): Promise<Reply<unknown> | UpstreamError> {
  const { peer, tracer, metrics, now } = parts;
  const { method } = call;
  const address = new URL(base);
  const url = `${base}${call.path}${queryText(call.query)}`;
  const attributes = {
    'http.request.method': method,
    'server.address': address.hostname,
    'server.port': Number(address.port || (address.protocol === 'https:' ? 443 : 80)),
    'url.full': `${base}${call.path}`,
    'service.peer.name': peer,
  };
  const span = tracer.startSpan(method, { kind: SpanKind.CLIENT, attributes });
  const headers = headersFor(call, timeoutMs, traceHeaders(span.spanContext()));
  const startedAt = now();
  const outcome = await exchange(parts, {
    method,
    url,
    headers,
    body: call.body === undefined ? undefined : JSON.stringify(call.body),
    timeoutMs,
  });
  const seconds = (now() - startedAt) / 1000;
  const status = outcome.status;
  if (status !== undefined) span.setAttribute('http.response.status_code', status);
  if (outcome instanceof UpstreamError) {
    const errorType = status === undefined ? outcome.reason : String(status);
    span.setAttribute('error.type', errorType);
    span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.message });
  }
  span.end();
  metrics.finished({ peer, method, seconds, ...(status === undefined ? { errorType: (outcome as UpstreamError).reason } : { status }) });
  return outcome;
}

function headersFor(call: Call, timeoutMs: number, propagated: Record<string, string>): Record<string, string> {
  const exchange = exchangeOf();
  return {
    accept: 'application/json',
    ...(call.body !== undefined && { 'content-type': 'application/json' }),
    ...call.headers,
    ...(call.idempotencyKey !== undefined && { 'idempotency-key': call.idempotencyKey }),
    ...propagated,
    ...(exchange && { 'x-request-id': exchange.requestId }),
    [DEADLINE_HEADER]: String(Math.max(1, Math.floor(timeoutMs))),
  };
}

async function exchange(
  { peer, transport }: CallerParts,
  attempt: Parameters<Transport['send']>[0],
): Promise<Reply<unknown> | UpstreamError> {
  try {
    return readReply(peer, await transport.send(attempt));
  } catch (error) {
    return new UpstreamError({ peer, reason: error instanceof TimedOut ? 'timeout' : 'unreachable', cause: error });
  }
}

function readReply(peer: string, { status, headers, text }: RawReply): Reply<unknown> | UpstreamError {
  const body = parseJson(text);
  if (status >= 400) return new UpstreamError(refusal(peer, { status, body, retryAfter: headers['retry-after'] }));
  if (body === NOT_JSON) return new UpstreamError({ peer, reason: 'bad-answer', status });
  return { status, headers, body };
}

function refusal(
  peer: string,
  answer: { readonly status: number; readonly body: unknown; readonly retryAfter: string | undefined },
): UpstreamFailure {
  const { status, body, retryAfter } = answer;
  const seconds = Number(retryAfter);
  return {
    peer,
    reason: 'status',
    status,
    ...(isProblem(body) && { problem: body }),
    ...(retryAfter !== undefined && seconds >= 0 && { retryAfterMs: seconds * 1000 }),
  };
}

const NOT_JSON = Symbol('not JSON');

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

function isProblem(body: unknown): body is ProblemBody {
  return typeof body === 'object' && body !== null && 'status' in body && 'title' in body;
}
