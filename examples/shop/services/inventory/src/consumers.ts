import type { Consumers } from '@svckit/chassis/events';
import type { Events } from './events.ts';
import type { Needs } from './needs.ts';
import { commit, release, reserve } from './reservations/reservations.ts';

type Received = Extract<keyof Events, `ORDER_${string}`>;

/** What inventory does for orders that nobody coordinates. For the others a coordinator asks. */
export function consumers({ events }: Needs): Consumers<Events, Received> {
  return {
    async ORDER_CREATED({ data: { orderId, lines, coordinated } }, tx) {
      if (coordinated) return;
      const { state } = await reserve(tx, orderId, { lines });
      const reason = 'Out of stock';
      if (state === 'held') await events.publish(tx, { type: 'STOCK_RESERVED', key: orderId, data: { orderId } });
      if (state === 'refused')
        await events.publish(tx, { type: 'STOCK_REFUSED', key: orderId, data: { orderId, reason } });
    },

    async ORDER_CONFIRMED({ data: { orderId, coordinated } }, tx) {
      if (!coordinated) await commit(tx, orderId);
    },

    async ORDER_CANCELLED({ data: { orderId, coordinated } }, tx) {
      if (!coordinated) await release(tx, orderId);
    },
  };
}
