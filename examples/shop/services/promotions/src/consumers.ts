import type { Consumers } from '@svckit/chassis/events';
import type { Events } from './events.ts';
import { hold, release, spend } from './holds/holds.ts';
import type { Needs } from './needs.ts';

type Received = Extract<keyof Events, `ORDER_${string}`>;

/** What promotions does for orders that nobody coordinates. For the others a coordinator asks. */
export function consumers({ events }: Needs): Consumers<Events, Received> {
  return {
    async ORDER_CREATED({ data: { orderId, userId, total, coupon, points, coordinated } }, tx) {
      if (coordinated) return;
      const wish = { userId, total, ...(coupon !== undefined && { coupon }), ...(points !== undefined && { points }) };
      const { state, discount, reason = 'Nothing is held' } = await hold(tx, orderId, wish);
      if (state === 'held')
        await events.publish(tx, { type: 'DISCOUNT_HELD', key: orderId, data: { orderId, discount } });
      if (state === 'refused')
        await events.publish(tx, { type: 'DISCOUNT_REFUSED', key: orderId, data: { orderId, reason } });
    },

    async ORDER_CONFIRMED({ data: { orderId, coordinated } }, tx) {
      if (!coordinated) await spend(tx, orderId);
    },

    async ORDER_CANCELLED({ data: { orderId, coordinated } }, tx) {
      if (!coordinated) await release(tx, orderId);
    },
  };
}
