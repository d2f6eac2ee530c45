import { Problem } from '../../http/problem.ts';
import { milliseconds } from '../routes/duration.ts';
import type { RateLimitSpec } from '../routes/types.ts';
import type { Limit, Verdict } from './bucket.ts';
import type { LimitStore } from './store.ts';

/** One limit of a route, ready to be asked. */
export interface RateLimit extends Limit {
  readonly by: 'client' | 'identity';
  /** Divides the buckets of one limit from those of others. */
  readonly scope: string;
  /** Draft ietf-httpapi-ratelimit-headers, `RateLimit-Policy`. */
  readonly policy: string;
}

/** What an answer says of the limit that is nearest. */
export type LimitHeaders = Readonly<Record<string, string>>;

export function rateLimit(spec: RateLimitSpec, scope: string): RateLimit {
  const { by, requests, per, burst = requests } = spec;
  const windowMs = Math.max(1, milliseconds(per));
  const seconds = Math.ceil(windowMs / 1000);
  return { by, scope: `${scope}|${by}|`, perMs: requests / windowMs, capacity: burst, policy: `"${by}";q=${requests};w=${seconds}` };
}

/**
 * Counts a request against a limit.
 * @returns the headers of the answer, at once where the store is near
 * @throws Problem 429
 */
export function count(
  limit: RateLimit,
  key: string,
  { store, now }: { readonly store: LimitStore; now(): number },
): LimitHeaders | Promise<LimitHeaders> {
  const verdict = store.take(limit.scope + key, limit, now());
  return verdict instanceof Promise ? verdict.then((known) => headersOf(limit, known)) : headersOf(limit, verdict);
}

function headersOf({ by, policy }: RateLimit, { allowed, remaining, waitMs }: Verdict): LimitHeaders {
  const wait = Math.ceil(waitMs / 1000);
  const headers = { 'ratelimit-policy': policy, ratelimit: `"${by}";r=${remaining};t=${wait}` };
  if (allowed) return headers;
  throw new Problem({ status: 429, detail: 'Too many requests', headers: { ...headers, 'retry-after': String(Math.max(1, wait)) } });
}
