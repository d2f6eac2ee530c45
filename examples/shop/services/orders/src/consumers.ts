import type { Consumers } from '@svckit/chassis/events';
import { sql, type Transaction } from '@svckit/chassis/postgres';
import type { Events } from './events.ts';
import type { Needs } from './needs.ts';
import { cancel, confirm } from './orders/decide.ts';
import { keepCopies } from './products/copies.ts';

type Received = Exclude<keyof Events, `ORDER_${string}`>;

/** What others tell: of products, and of orders that nobody coordinates. */
export function consumers(needs: Needs): Consumers<Events, Received> {
  return {
    PRODUCT_CHANGED: ({ data: { productId, ...product } }, tx) => keepCopies(tx, [{ id: productId, ...product }]),

    STOCK_RESERVED: ({ data }, tx) => priceOnce(needs, tx, data),
    DISCOUNT_HELD: ({ data }, tx) => priceOnce(needs, tx, data),
    async PAYMENT_AUTHORISED({ data: { orderId: id } }, tx) {
      if (await isOurs(tx, id)) await confirm(needs, tx, { id });
    },

    STOCK_REFUSED: ({ data: { orderId, reason } }, tx) => refuse(needs, tx, { id: orderId, reason }),
    DISCOUNT_REFUSED: ({ data: { orderId, reason } }, tx) => refuse(needs, tx, { id: orderId, reason }),
    PAYMENT_DECLINED: ({ data: { orderId } }, tx) => refuse(needs, tx, { id: orderId, reason: 'Payment failed' }),
  };
}

interface Held {
  readonly orderId: string;
  /** From promotions; from inventory there is none. */
  readonly discount?: number;
}

/** Has an order paid for once both its stock and its discount are held: whichever comes second finds the other there. */
async function priceOnce({ events }: Needs, tx: Transaction, { orderId, discount }: Held): Promise<void> {
  const news = discount === undefined ? sql`reserved = true` : sql`discount = ${discount}`;
  const order = await tx.first<{ userId: string; card: string; amount: number | null; reserved: boolean }>(sql`
    UPDATE orders SET ${news} WHERE id = ${orderId} AND state = 'PENDING' AND NOT coordinated
    RETURNING user_id AS "userId", card, amount::float8 AS amount, reserved`);
  if (!order?.reserved || order.amount === null) return;
  const { userId, card, amount } = order;
  await events.publish(tx, {
    type: 'ORDER_PRICED',
    key: orderId,
    data: { orderId, userId, amount, card, coordinated: false },
  });
}

async function refuse(
  needs: Needs,
  tx: Transaction,
  refused: { readonly id: string; readonly reason: string },
): Promise<void> {
  if (await isOurs(tx, refused.id)) await cancel(needs, tx, refused);
}

/** Whether nobody coordinates an order. A coordinator was told already, by who now tells everybody. */
async function isOurs(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.first(sql`SELECT FROM orders WHERE id = ${id} AND NOT coordinated`)) !== undefined;
}
