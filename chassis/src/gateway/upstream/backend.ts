import { Readable } from 'node:stream';
import { type Context, type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { Dispatcher } from 'undici';
import { DEADLINE_HEADER, type Watch } from '../../http/deadline.ts';
import { Problem } from '../../http/problem.ts';
import type { CallMetrics } from '../../http-client/call-metrics.ts';
import { UpstreamError, type UpstreamReason } from '../../http-client/errors.ts';
import { createPeer, type Peer } from '../../http-client/peer.ts';
import { traceHeaders } from '../../telemetry/traceparent.ts';
import type { HeaderMap } from '../http/hygiene.ts';
import { Attempt } from './attempt.ts';

/** A request that is passed on. */
export interface Outgoing {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: HeaderMap;
  readonly body: Dispatcher.DispatchOptions['body'] | undefined;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  /** Longest time for one attempt. */
  readonly attemptMs: number;
  /** Whether its client has sent all of it: nobody can answer what has not come. */
  received(): boolean;
  /** The span that it is made for. */
  readonly context: Context;
}

/** What becomes of it: an answer piece by piece, or a failure, which may also come in the middle. */
export interface Receiver {
  answered(status: number, headers: HeaderMap): void;
  data(chunk: Buffer): boolean;
  ended(): void;
  failed(error: Error): void;
}

export interface UnderWay {
  abort(): void;
  resume(): void;
}

/** One service behind the gateway. */
export interface BackendService {
  send(outgoing: Outgoing, receiver: Receiver): UnderWay;
}

export interface BackendParts {
  readonly peer: string;
  /** Base addresses without a slash at the end. */
  readonly urls: readonly string[];
  readonly tracer: Tracer;
  readonly metrics: CallMetrics;
  readonly dispatcher: Dispatcher;
  readonly watch: Watch;
  now(): number;
}

const ATTEMPTS = 2;
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
/** What says that a backend cannot work now. A 500 says that one operation of it is broken: that is no reason to leave it alone. */
const UNAVAILABLE = new Set([502, 503, 504]);
const TOO_SLOW = new Problem({ status: 408, detail: 'The request took too long to arrive', headers: { connection: 'close' } });
const ABANDONED = new Error('The client went away');

/** Sends requests to a service: balanced, within its circuit, and tried again where that is safe and affordable. */
export function createBackend(parts: BackendParts): BackendService {
  const peer = createPeer(parts);
  const addresses = new Map(parts.urls.map((url) => [url, addressOf(url)]));
  return {
    send(outgoing, receiver) {
      const sending = new Sending({ ...parts, breaker: peer, addresses }, outgoing, receiver);
      peer.called();
      sending.attempt();
      return sending;
    },
  };
}

interface Address {
  readonly origin: string;
  readonly prefix: string;
  readonly attributes: Readonly<Record<string, string | number>>;
}

function addressOf(base: string): Address {
  const url = new URL(base);
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  return {
    origin: url.origin,
    prefix: url.pathname.replace(/\/$/, ''),
    attributes: { 'server.address': url.hostname, 'server.port': port },
  };
}

interface SendingParts extends BackendParts {
  readonly breaker: Peer;
  readonly addresses: ReadonlyMap<string, Address>;
}

/** How an attempt ended, for the circuit, the span and the metrics. */
interface Outcome {
  readonly status?: number | undefined;
  readonly reason?: UpstreamReason;
  /** Whether the backend did its part. */
  readonly healthy: boolean;
}

/** One request with its attempts. */
class Sending implements UnderWay {
  readonly #parts: SendingParts;
  readonly #outgoing: Outgoing;
  readonly #receiver: Receiver;
  #tried = 0;
  #status: number | undefined;
  #current: Attempt | undefined;
  #settle: ((outcome: Outcome) => void) | undefined;

  constructor(parts: SendingParts, outgoing: Outgoing, receiver: Receiver) {
    this.#parts = parts;
    this.#outgoing = outgoing;
    this.#receiver = receiver;
  }

  attempt(): void {
    const { breaker, addresses, peer } = this.#parts;
    const base = breaker.address();
    const address = base === undefined ? undefined : addresses.get(base);
    if (base === undefined || !address) {
      this.#receiver.failed(new UpstreamError({ peer, reason: 'circuit-open' }));
      return;
    }
    this.#tried++;
    this.#status = undefined;
    const until = Math.min(this.#outgoing.deadline, this.#parts.now() + this.#outgoing.attemptMs);
    const span = startSpan(this.#parts, this.#outgoing, address);
    this.#settle = this.#settler(base, span, until);
    this.#dispatch(address, {
      ...traceHeaders(span.spanContext()),
      [DEADLINE_HEADER]: String(Math.max(1, Math.floor(until - this.#parts.now()))),
    });
  }

  abort(): void {
    this.#current?.abort(ABANDONED);
    this.#settle?.({ reason: 'unreachable', healthy: true });
  }

  resume(): void {
    this.#current?.resume();
  }

  #dispatch({ origin, prefix }: Address, own: HeaderMap): void {
    const { method, path, headers, body } = this.#outgoing;
    const attempt = new Attempt({
      answered: (status, answerHeaders) => this.#answered(status, answerHeaders),
      data: (chunk) => this.#receiver.data(chunk),
      ended: () => this.#ended(),
      failed: (error) => this.#failed(error),
    });
    this.#current = attempt;
    const options = { origin, path: prefix + path, method: method as Dispatcher.HttpMethod, headers: { ...headers, ...own } };
    this.#parts.dispatcher.dispatch(body === undefined ? options : { ...options, body }, attempt);
  }

  /** Called once for each attempt: lets go of its deadline and tells how it ended. */
  #settler(base: string, span: Span, deadline: number): (outcome: Outcome) => void {
    const { breaker, watch, metrics, peer, now } = this.#parts;
    const startedAt = now();
    const expiring = { deadline, expire: () => this.#expire() };
    watch.begin(expiring);
    return ({ status, reason, healthy }) => {
      this.#settle = undefined;
      watch.end(expiring);
      breaker.answered(base, healthy);
      endSpan(span, status, reason);
      const result = reason === undefined && status !== undefined ? { status } : { errorType: reason ?? 'unreachable' };
      metrics.finished({ peer, method: this.#outgoing.method, seconds: (now() - startedAt) / 1000, ...result });
    };
  }

  /** Whether the body of the answer is wanted: not where the request is tried again. */
  #answered(status: number, headers: HeaderMap): boolean {
    this.#status = status;
    if (UNAVAILABLE.has(status) && this.#mayRetry()) {
      this.#settle?.({ status, healthy: false });
      this.attempt();
      return false;
    }
    this.#receiver.answered(status, headers);
    return true;
  }

  #ended(): void {
    const status = this.#status ?? 0;
    this.#settle?.({ status, healthy: !UNAVAILABLE.has(status) });
    this.#receiver.ended();
  }

  #failed(error: Error): void {
    const ours = error instanceof Problem || isBroken(this.#outgoing.body);
    this.#settle?.({ status: this.#status, reason: 'unreachable', healthy: ours });
    if (!ours && !this.#current?.begun && this.#mayRetry()) this.attempt();
    else this.#receiver.failed(ours ? error : new UpstreamError({ peer: this.#parts.peer, reason: 'unreachable', cause: error }));
  }

  #expire(): void {
    const late = !this.#outgoing.received();
    const failure = late ? TOO_SLOW : new UpstreamError({ peer: this.#parts.peer, reason: 'timeout' });
    this.#current?.abort(failure);
    this.#settle?.({ status: this.#status, reason: 'timeout', healthy: late });
    this.#receiver.failed(failure);
  }

  /** What never left may be sent again whatever it is; else only what does the same twice, and whose body is not spent. */
  #mayRetry(): boolean {
    const { method, body, deadline } = this.#outgoing;
    const repeatable = !this.#current?.sent || (IDEMPOTENT.has(method) && body === undefined);
    return this.#tried < ATTEMPTS && repeatable && deadline > this.#parts.now() && this.#parts.breaker.mayRetry();
  }
}

/** A body that its client left unfinished says nothing of the backend. */
function isBroken(body: Outgoing['body']): boolean {
  return body instanceof Readable && body.errored !== null;
}

function startSpan({ tracer, peer }: BackendParts, { method, path, context }: Outgoing, { origin, prefix, attributes }: Address): Span {
  const span = tracer.startSpan(method, { kind: SpanKind.CLIENT }, context);
  if (!span.isRecording()) return span;
  const query = path.indexOf('?');
  span.setAttributes({ ...attributes, 'http.request.method': method, 'service.peer.name': peer });
  span.setAttribute('url.full', origin + prefix + (query < 0 ? path : path.slice(0, query)));
  return span;
}

function endSpan(span: Span, status: number | undefined, reason: UpstreamReason | undefined): void {
  if (status !== undefined) span.setAttribute('http.response.status_code', status);
  if (reason !== undefined || (status !== undefined && status >= 400)) {
    const errorType = reason ?? String(status);
    span.setAttribute('error.type', errorType);
    span.setStatus({ code: SpanStatusCode.ERROR, message: errorType });
  }
  span.end();
}
