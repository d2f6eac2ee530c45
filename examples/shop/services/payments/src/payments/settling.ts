import { AsyncResource } from 'node:async_hooks';
import type { Tools, Worker } from '@svckit/chassis';
import type { Needs } from '../needs.ts';
import { settle } from './settle.ts';

/** How many payments are with the provider at once: a slow answer to one does not keep the others waiting. */
const AT_ONCE = 32;

export interface Settling extends Worker {
  /** Has a payment settled right away. One that is not, as this process dies or the provider is silent, is overdue later. */
  soon(orderId: string): void;
}

/** Settles what events have written down, as requests do it themselves. Finishes what it has begun before it stops. */
export function settling(needs: Needs, { log }: Pick<Tools, 'log'>): Settling {
  const waiting: (() => Promise<unknown>)[] = [];
  const running = new Set<Promise<unknown>>();
  let places = AT_ONCE;
  const startNext = () => {
    const next = running.size < places ? waiting.shift() : undefined;
    if (!next) return;
    const run: Promise<unknown> = next()
      .catch((error) => log.warn({ error }, 'a payment is asked for again'))
      .finally(() => {
        running.delete(run);
        startNext();
      });
    running.add(run);
  };
  return {
    soon(orderId) {
      waiting.push(AsyncResource.bind(() => settle(needs, orderId))); // in the trace of the event that wants it
      startNext();
    },
    start() {},
    async stop() {
      places = 0;
      await Promise.all(running);
    },
  };
}
