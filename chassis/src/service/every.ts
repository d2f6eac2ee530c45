import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logs/logs.ts';
import type { Worker } from './worker.ts';

/** Something that has to be looked after again and again: holds that expire, calls that were never answered. */
export interface Chore {
  /** For the log. */
  readonly name: string;
  readonly everyMs: number;
  /** Does a piece of it. Resolves with whether there may be more to do at once. */
  work(): Promise<boolean>;
}

/** A worker that does a chore, now and then. A failure is logged and ends nothing: the next turn tries again. */
export function every({ name, everyMs, work }: Chore, log: Logger): Worker {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  const turn = async () => {
    try {
      return await work();
    } catch (error) {
      log.warn({ error }, `${name} failed, and is tried again`);
      return false;
    }
  };
  const repeat = async () => {
    while (!stopping.signal.aborted) {
      const more = await turn();
      if (!more) await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  return {
    start() {
      running = repeat();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
