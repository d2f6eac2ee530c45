import type { IncomingMessage } from 'node:http';
import { type Context, context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { type Exchange, withExchange } from '../exchange.ts';
import type { Logger } from '../logs/logs.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { parseTraceparent } from '../telemetry/traceparent.ts';
import { allowedTime, DEADLINE_HEADER } from './deadline.ts';
import { requestIdOf } from './request-id.ts';

/** What is read of a request before anything is known of it. */
export type Incoming = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** A request under way, with what is told of it when it ends. */
export interface Work extends Exchange {
  readonly context: Context;
  readonly span: Span;
  readonly startedAt: number;
  /** Milliseconds that the request may take. */
  readonly allowed: number;
  readonly method: string;
  /** The template of the contract, or '' where no operation matches. */
  readonly route: string;
  readonly path: string;
  /** What made the answer an error of ours. */
  failure: unknown;
  /** Tells the handler that nobody waits any more. */
  abandon: (() => void) | undefined;
}

/** Makes the span, the metrics and the log line of each request. */
export interface Observer {
  /** @param route the template that it is counted under, '' where there is none */
  begin(request: Incoming, route: string): Work;
  /** Called once, when the connection is done with the request; `status` is what was answered. */
  end(work: Work, status: number): void;
}

export interface ObserverParts {
  readonly tracer: Tracer;
  readonly metrics: Metrics;
  readonly log: Logger;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

export function createObserver({ tracer, metrics, log }: ObserverParts): Observer {
  const count = requestMetrics(metrics);
  const logs = log.isLevelEnabled('error');
  return {
    begin(request, route) {
      count.started();
      return startWork(request, route, tracer);
    },
    end(work, status) {
      const seconds = (performance.now() - work.startedAt) / 1000;
      count.finished(work, status, seconds);
      endSpan(work, status);
      if (logs) context.with(work.context, logLine, undefined, log, { work, status, seconds });
    },
  };
}

function startWork(request: Incoming, route: string, tracer: Tracer): Work {
  const startedAt = performance.now();
  const { headers, url = '/' } = request;
  const method = METHODS.has(request.method ?? '') ? (request.method ?? '') : '_OTHER';
  const requestId = requestIdOf(headers['x-request-id']);
  const path = pathOf(url);
  const allowed = allowedTime(headers[DEADLINE_HEADER]);
  const deadline = startedAt + allowed;
  const parent = parseTraceparent(headers['traceparent'], headers['tracestate']);
  const parentContext = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
  const span = tracer.startSpan(route === '' ? method : `${method} ${route}`, { kind: SpanKind.SERVER }, parentContext);
  span.setAttribute('http.request.method', method);
  span.setAttribute('url.path', path);
  span.setAttribute('url.scheme', 'http');
  span.setAttribute('request.id', requestId);
  if (route !== '') span.setAttribute('http.route', route);
  const within = withExchange(trace.setSpan(parentContext, span), { requestId, deadline });
  return { requestId, deadline, context: within, span, startedAt, allowed, method, route, path, failure: undefined, abandon: undefined };
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function endSpan({ span, failure }: Work, status: number): void {
  span.setAttribute('http.response.status_code', status);
  if (status >= 500) {
    span.setAttribute('error.type', failure instanceof Error ? failure.name : String(status));
    span.setStatus({ code: SpanStatusCode.ERROR, message: failure instanceof Error ? failure.message : `answered ${status}` });
    if (failure instanceof Error) span.recordException(failure);
  }
  span.end();
}

function logLine(log: Logger, { work, status, seconds }: { readonly work: Work; readonly status: number; readonly seconds: number }): void {
  const { method, route, path, failure } = work;
  const fields = { method, route, path, status, duration_ms: Math.round(seconds * 1_000_000) / 1000 };
  if (status >= 500) log.error(failure === undefined ? fields : { ...fields, error: failure }, 'request');
  else log.info(fields, 'request');
}

function requestMetrics(metrics: Metrics) {
  let active = 0;
  metrics.gauge({
    name: 'http_server_active_requests',
    help: 'Requests that are being handled',
    collect: (gauge) => gauge.set(active),
  });
  const duration = metrics.histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP requests',
    labels: ['http_request_method', 'http_route', 'http_response_status_code'],
  });
  return {
    started() {
      active++;
    },
    finished({ method, route }: Work, status: number, seconds: number) {
      active--;
      duration.observe({ http_request_method: method, http_route: route, http_response_status_code: status }, seconds);
    },
  };
}
