import type { Consumers } from '@svckit/chassis/events';
import { afterCommit, type Transaction } from '@svckit/chassis/postgres';
import type { Events } from '../events.ts';
import type { Settling } from './settling.ts';
import { want, wantAuthorised, wantVoided, isCancelled } from './store.ts';

type Received = 'ORDER_PRICED' | 'ORDER_CONFIRMED' | 'ORDER_CANCELLED';

/** What orders that nobody coordinates ask for by their events. Whoever coordinates the others asks for it by HTTP. */
export function consumers({ soon }: Pick<Settling, 'soon'>): Consumers<Events, Received> {
  const settleSoon = (tx: Transaction, orderId: string) => afterCommit(tx, () => soon(orderId));
  return {
    async ORDER_PRICED({ data: { orderId, userId, amount, card, coordinated } }, tx) {
      if (coordinated || (await isCancelled(tx, orderId))) return;
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
