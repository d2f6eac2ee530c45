/** A mesh sets the same header. */
export const DEADLINE_HEADER = 'x-envoy-expected-rq-timeout-ms';
/** The longest that any request may take. */
export const LONGEST_REQUEST_MS = 30_000;

/** How long a request may take: what its caller says, at most 30 s. A header that is no count of milliseconds says nothing. */
export function allowedTime(header: unknown): number {
  if (typeof header !== 'string' || !/^\d{1,9}$/.test(header)) return LONGEST_REQUEST_MS;
  return Math.min(Number(header), LONGEST_REQUEST_MS);
}

/** Something that must end: `expire` is called once its time is over. */
export interface Expiring {
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  expire(): void;
}

/** Watches over everything that is under way. */
export interface Watch {
  begin(item: Expiring): void;
  end(item: Expiring): void;
}

const LOOK_EVERY_MS = 100;

/** A timer for each request would cost as much as the router: those without a near deadline share one that looks round. */
export function createWatch(): Watch {
  const under = new Map<Expiring, NodeJS.Timeout | undefined>();
  const look = () => {
    const now = performance.now();
    for (const [item, timer] of under) if (!timer && item.deadline <= now) item.expire();
  };
  setInterval(look, LOOK_EVERY_MS).unref();
  return {
    begin(item) {
      const left = item.deadline - performance.now();
      under.set(item, left < LONGEST_REQUEST_MS - LOOK_EVERY_MS ? setTimeout(() => item.expire(), left) : undefined);
    },
    end(item) {
      clearTimeout(under.get(item));
      under.delete(item);
    },
  };
}
