/** A token bucket: it holds `tokens` at the time `at`. */
export interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** How fast a bucket fills, and how much it holds. */
export interface Limit {
  readonly perMs: number;
  readonly capacity: number;
}

/** What became of a request. */
export interface Verdict {
  readonly allowed: boolean;
  /** Whole requests that could follow at once. */
  readonly remaining: number;
  /** Milliseconds until one more request could. */
  readonly waitMs: number;
}

/** Takes one request out of a bucket; undefined is a full one. */
export function take(bucket: Bucket | undefined, { perMs, capacity }: Limit, now: number): readonly [Verdict, Bucket] {
  const tokens = bucket ? Math.min(capacity, bucket.tokens + Math.max(0, now - bucket.at) * perMs) : capacity;
  const allowed = tokens >= 1;
  const left = allowed ? tokens - 1 : tokens;
  const waitMs = left >= 1 ? 0 : (1 - left) / perMs;
  return [
    { allowed, remaining: Math.floor(left), waitMs },
    { tokens: left, at: now },
  ];
}
