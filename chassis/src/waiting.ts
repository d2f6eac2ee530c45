import { type Bell, createBell } from './events/bell.ts';

/** Where another process brings about what is waited for, it is seen within this time. */
const LOOK_MS = 200;

/** Those who wait for something to happen to a thing, by its id: an order to be decided, for instance. */
export interface Waiting {
  /** Has everybody who waits for this thing look at once. Call it after the transaction: `afterCommit`. */
  ring(id: string): void;
  /** What `look` finds, as soon as it finds something; undefined where that takes longer than so many milliseconds. */
  until<T>(id: string, withinMs: number, look: () => Promise<T | undefined>): Promise<T | undefined>;
}

export function createWaiting(): Waiting {
  const bells = new Map<string, Set<Bell>>();
  return {
    ring(id) {
      for (const bell of bells.get(id) ?? []) bell.ring();
    },
    async until(id, withinMs, look) {
      const bell = createBell();
      const others = bells.get(id) ?? new Set();
      bells.set(id, others.add(bell));
      try {
        for (const end = performance.now() + withinMs; ; ) {
          const found = await look();
          const left = end - performance.now();
          if (found !== undefined || left <= 0) return found;
          await bell.wait(Math.min(LOOK_MS, left));
        }
      } finally {
        others.delete(bell);
        if (others.size === 0) bells.delete(id);
      }
    },
  };
}
