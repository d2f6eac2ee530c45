import { LONGEST_REQUEST_MS } from '../http/deadline.ts';
import { DEFAULT_BODY_BYTES } from './http/body.ts';
import { type RateLimit, rateLimit } from './limits/rate-limit.ts';
import type { Entry, RouteTable } from './routes/compile.ts';

/** A route with all that is decided before its first request. */
export interface RoutePlan {
  readonly entry: Entry;
  /** What requests are counted and traced under. */
  readonly template: string;
  readonly clientLimits: readonly RateLimit[];
  readonly identityLimits: readonly RateLimit[];
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly attemptMs: number;
}

export function planRoutes({ entries }: RouteTable): ReadonlyMap<Entry, RoutePlan> {
  return new Map(entries.map((entry) => [entry, planRoute(entry)]));
}

function planRoute(entry: Entry): RoutePlan {
  const { target, path } = entry;
  const limits = (target.policy.rateLimits ?? []).map((spec) => rateLimit(spec, target.id));
  return {
    entry,
    template: path,
    clientLimits: limits.filter(({ by }) => by === 'client'),
    identityLimits: limits.filter(({ by }) => by === 'identity'),
    maxBytes: target.policy.body?.maxBytes ?? DEFAULT_BODY_BYTES,
    timeoutMs: target.timeoutMs ?? LONGEST_REQUEST_MS,
    attemptMs: target.backendTimeoutMs ?? LONGEST_REQUEST_MS,
  };
}
