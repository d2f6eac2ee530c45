import type { Tools } from '@svckit/chassis';
import type { Consumers } from '@svckit/chassis/events';
import { afterCommit, type Transaction } from '@svckit/chassis/postgres';
import type { Events } from '../events.ts';
import type { Needs } from '../needs.ts';
import { settle } from './settle.ts';
import { paymentOf, want, wantAuthorised, wantVoided } from './store.ts';

type Received = 'ORDER_PRICED' | 'ORDER_CONFIRMED' | 'ORDER_CANCELLED';

/** What orders that nobody coordinates ask for by their events. Whoever coordinates the others asks for it by HTTP. */
export function consumers(needs: Needs, { log }: Pick<Tools, 'log'>): Consumers<Events, Received> {
  /** Asks the provider once what is wanted is written down. What it leaves open is asked for again, as after a crash. */
  const settleSoon = (tx: Transaction, orderId: string) =>
    afterCommit(
      tx,
      () => void settle(needs, orderId).catch((error) => log.warn({ error }, 'a payment is asked for again')),
    );
  return {
    async ORDER_PRICED({ data: { orderId, userId, amount, card, coordinated } }, tx) {
      const isCancelled = (await paymentOf(tx, orderId))?.wanted === 'voided';
      if (coordinated || isCancelled) return;
      await wantAuthorised(tx, orderId, { userId, amount, card });
      settleSoon(tx, orderId);
    },

    async ORDER_CONFIRMED({ data: { orderId, coordinated } }, tx) {
      if (coordinated) return;
      await want(tx, orderId, 'captured');
      settleSoon(tx, orderId);
    },

    async ORDER_CANCELLED({ data: { orderId, coordinated } }, tx) {
      if (coordinated) return;
      await wantVoided(tx, orderId);
      settleSoon(tx, orderId);
    },
  };
}
