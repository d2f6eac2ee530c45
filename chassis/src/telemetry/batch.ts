/** Collects items and hands them on in batches, so that nobody waits for whoever takes them. */
export interface Batch<T> {
  /** Takes an item, or drops it where too many wait already. */
  add(item: T): void;
  /** Hands on all that waits, one batch after the other. */
  flush(): Promise<void>;
}

export interface BatchOptions<T> {
  /** Takes one batch; the next is offered when it resolves. */
  handOn(items: readonly T[]): Promise<unknown>;
  /** How long an item waits for company, in milliseconds. */
  readonly delayMs: number;
  readonly size: number;
  readonly mostWaiting: number;
}

/** Batches are full, or what came within the delay: what comes while one is handed on waits for company again. */
export function createBatch<T>({ handOn, delayMs, size, mostWaiting }: BatchOptions<T>): Batch<T> {
  let waiting: T[] = [];
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;

  const work = async (enough: () => boolean) => {
    while (enough()) {
      const items = waiting.slice(0, size);
      waiting = waiting.slice(size);
      await handOn(items);
    }
  };
  const isFull = () => waiting.length >= size;
  const start = (enough: () => boolean) => {
    clearTimeout(timer);
    timer = undefined;
    working ??= work(enough).finally(() => {
      working = undefined;
      if (waiting.length > 0) plan();
    });
  };
  const whatIsThere = () => {
    let left = waiting.length;
    return () => {
      const more = left > 0;
      left -= size;
      return more;
    };
  };
  const plan = () => {
    if (isFull()) start(isFull);
    else timer ??= setTimeout(() => start(whatIsThere()), delayMs).unref();
  };
  return {
    add(item) {
      if (waiting.length >= mostWaiting) return;
      waiting.push(item);
      if (!working) plan();
    },
    async flush() {
      for (; working || waiting.length > 0; await working) start(whatIsThere());
    },
  };
}
