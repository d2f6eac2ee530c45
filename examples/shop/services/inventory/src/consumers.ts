import type { Consumers } from '@svckit/chassis/events';
import type { Events } from './events.ts';
import type { Needs } from './needs.ts';
import { commit, release, reserve } from './reservations/reservations.ts';

/** What orders that nobody coordinates ask for by their events. Whoever coordinates the others asks for it by HTTP. */
export function consumers({
  events,
}: Needs): Consumers<Events, 'ORDER_CREATED' | 'ORDER_CONFIRMED' | 'ORDER_CANCELLED'> {
  return {
    async ORDER_CREATED({ data: { orderId, lines, coordinated } }, tx) {
      if (coordinated) return;
      const { state } = await reserve(tx, orderId, { lines: [...lines], holdSeconds: 900 });
      if (state === 'held') await events.publish(tx, { type: 'STOCK_RESERVED', key: orderId, data: { orderId } });
      else await events.publish(tx, { type: 'STOCK_REFUSED', key: orderId, data: { orderId, reason: 'Out of stock' } });
    },

    async ORDER_CONFIRMED({ data: { orderId, coordinated } }, tx) {
      if (!coordinated) await commit(tx, orderId);
    },

    async ORDER_CANCELLED({ data: { orderId, coordinated } }, tx) {
      if (!coordinated) await release(tx, orderId);
    },
  };
}
