import { type Context, context, createContextKey } from '@opentelemetry/api';

/** The request that is being worked on, for whatever works on its behalf: log lines, calls, queries. */
export interface Exchange {
  readonly requestId: string;
  /** When its caller stops waiting, on the clock of `performance.now()`. */
  readonly deadline: number;
}

const KEY = createContextKey('svckit exchange');

export function withExchange(parent: Context, exchange: Exchange): Context {
  return parent.setValue(KEY, exchange);
}

/** The exchange of a context; undefined outside any request. */
export function exchangeOf(within: Context = context.active()): Exchange | undefined {
  return within.getValue(KEY) as Exchange | undefined;
}

/** Milliseconds that are left of the current request, at most `limit`; may be zero or below. */
export function timeLeft(limit: number): number {
  const exchange = exchangeOf();
  return exchange ? Math.min(limit, exchange.deadline - performance.now()) : limit;
}
