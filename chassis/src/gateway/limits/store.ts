import { type Bucket, type Limit, take, type Verdict } from './bucket.ts';

/** Where buckets are kept. In memory each instance counts for itself; a shared store answers with a promise. */
export interface LimitStore {
  take(key: string, limit: Limit, now: number): Verdict | Promise<Verdict>;
}

const MOST_BUCKETS = 100_000;
/** Moving a bucket to the end costs more than counting: within this time it may stay where it is. */
const REORDER_MS = 1_000;

/** Keeps the buckets of those who asked last; who asked longest ago is forgotten first, and begins with a full bucket. */
export function memoryStore(most = MOST_BUCKETS): LimitStore & { readonly size: number } {
  const buckets = new Map<string, Bucket>();
  return {
    take(key, limit, now) {
      const before = buckets.get(key);
      const [verdict, after] = take(before, limit, now);
      if (before && now - before.at > REORDER_MS) buckets.delete(key);
      buckets.set(key, after);
      if (buckets.size > most) buckets.delete(buckets.keys().next().value ?? '');
      return verdict;
    },
    get size() {
      return buckets.size;
    },
  };
}
