import type { Consumers } from '@svckit/chassis/events';
import type { Events } from './events.ts';
import { hold, release, spend } from './holds/holds.ts';
import type { Needs } from './needs.ts';

/** What orders that nobody coordinates ask for by their events. Whoever coordinates the others asks for it by HTTP. */
export function consumers({
  events,
}: Needs): Consumers<Events, 'ORDER_CREATED' | 'ORDER_CONFIRMED' | 'ORDER_CANCELLED'> {
  return {
    async ORDER_CREATED({ data: { orderId, userId, total, coupon, points = 0, coordinated } }, tx) {
      if (coordinated) return;
      const wish = { userId, total, ...(coupon !== undefined && { coupon }), points, holdSeconds: 900 };
      const { state, discount, reason = 'The order was cancelled' } = await hold(tx, orderId, wish);
      if (state === 'held')
        await events.publish(tx, { type: 'DISCOUNT_HELD', key: orderId, data: { orderId, discount } });
      else await events.publish(tx, { type: 'DISCOUNT_REFUSED', key: orderId, data: { orderId, reason } });
    },

    async ORDER_CONFIRMED({ data: { orderId, coordinated } }, tx) {
      if (!coordinated) await spend(tx, orderId);
    },

    async ORDER_CANCELLED({ data: { orderId, coordinated } }, tx) {
      if (!coordinated) await release(tx, orderId);
    },
  };
}
