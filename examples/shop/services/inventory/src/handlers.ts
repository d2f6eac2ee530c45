import { type Handlers, notFound, ok } from '@svckit/chassis';
import type { operations } from './api.ts';
import type { Needs } from './needs.ts';
import { commit, release, reservationOf, reserve } from './reservations/reservations.ts';
import { receive, stockOf } from './stock/stock.ts';

export function handlers({ db }: Needs): Handlers<operations> {
  return {
    async getStock({ params: { productId } }) {
      return ok(await stockOf(db, productId));
    },

    async receiveDelivery({ params: { productId, deliveryId }, body: { quantity } }) {
      await db.transaction((tx) => receive(tx, { id: deliveryId, productId, quantity }));
      return ok(await stockOf(db, productId));
    },

    async getReservation({ params: { orderId } }) {
      const reservation = await reservationOf(db, orderId);
      if (!reservation) throw notFound('Reservation not found');
      return ok(reservation);
    },

    async reserve({ params: { orderId }, body }) {
      return ok(await db.transaction((tx) => reserve(tx, orderId, body)));
    },

    async release({ params: { orderId } }) {
      return ok(await db.transaction((tx) => release(tx, orderId)));
    },

    async commit({ params: { orderId } }) {
      return ok(await db.transaction((tx) => commit(tx, orderId)));
    },
  };
}
