import { type Context, context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Exchange, withExchange } from '../exchange.ts';
import type { Logger } from '../logs/logs.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { parseTraceparent } from '../telemetry/traceparent.ts';
import { allowedTime, DEADLINE_HEADER } from './deadline.ts';
import { requestIdOf } from './request-id.ts';

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
  failure?: unknown;
}

export interface Observer {
  /** Begins a request. What is to be told of it is told when its connection is done with it. */
  begin(request: FastifyRequest, reply: FastifyReply): Work;
}

export interface ObserverParts {
  readonly tracer: Tracer;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Nginx's number for a caller who went away before the answer. */
const CALLER_WENT_AWAY = 499;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

/** Makes the span, the metrics and the log line of each request. */
export function createObserver(parts: ObserverParts): Observer {
  const count = requestMetrics(parts.metrics);
  return {
    begin(request, reply) {
      const work = startWork(request, parts.tracer);
      const { raw } = reply;
      count.started();
      raw.once('close', () => {
        const status = raw.writableFinished ? raw.statusCode : CALLER_WENT_AWAY;
        const seconds = (performance.now() - work.startedAt) / 1000;
        count.finished(work, status, seconds);
        endSpan(work, status);
        context.with(work.context, logLine, undefined, parts.log, { work, status, seconds });
      });
      return work;
    },
  };
}

function startWork({ raw, routeOptions }: FastifyRequest, tracer: Tracer): Work {
  const { headers, method: given = 'GET', url = '/' } = raw;
  const method = METHODS.has(given) ? given : '_OTHER';
  const route = templateOf(routeOptions.config);
  const requestId = requestIdOf(headers['x-request-id']);
  const path = pathOf(url);
  const parent = parseTraceparent(headers['traceparent'], headers['tracestate']);
  const parentContext = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
  const attributes = {
    'http.request.method': method,
    'url.path': path,
    'url.scheme': 'http',
    'request.id': requestId,
    ...(route && { 'http.route': route }),
  };
  const span = tracer.startSpan(route ? `${method} ${route}` : method, { kind: SpanKind.SERVER, attributes }, parentContext);
  const startedAt = performance.now();
  const allowed = allowedTime(headers[DEADLINE_HEADER]);
  const exchange: Exchange = { requestId, deadline: startedAt + allowed };
  return {
    ...exchange,
    context: withExchange(trace.setSpan(parentContext, span), exchange),
    span,
    startedAt,
    allowed,
    method,
    route,
    path,
  };
}

function templateOf(config: unknown): string {
  return (config as { readonly template?: string } | undefined)?.template ?? '';
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
