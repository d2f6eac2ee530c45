import { type Handlers, notFound, ok } from '@svckit/chassis';
import type { Transaction } from '@svckit/chassis/postgres';
import type { operations } from '../api.ts';
import type { Needs } from '../needs.ts';
import { settle } from './settle.ts';
import { paymentOf, want, wantAuthorised, wantVoided } from './store.ts';

export function paymentHandlers(needs: Needs): Handlers<operations> {
  const { db } = needs;
  /** Writes down what is wanted, then sees it through. */
  const seen = async (orderId: string, write: (tx: Transaction) => Promise<void>) => {
    await db.transaction(write);
    return ok(await settle(needs, orderId));
  };
  return {
    async getPayment({ params: { orderId } }) {
      const found = await paymentOf(db, orderId);
      if (!found) throw notFound('Payment not found');
      return ok({ orderId: found.orderId, state: found.state, amount: found.amount });
    },

    authorise: ({ params: { orderId }, body }) => seen(orderId, (tx) => wantAuthorised(tx, orderId, body)),
    cancel: ({ params: { orderId } }) => seen(orderId, (tx) => wantVoided(tx, orderId)),
    capture: ({ params: { orderId } }) => seen(orderId, (tx) => want(tx, orderId, 'captured')),
    refund: ({ params: { orderId } }) => seen(orderId, (tx) => want(tx, orderId, 'refunded')),
  };
}
