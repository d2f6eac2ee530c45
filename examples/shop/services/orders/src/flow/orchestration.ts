import { type HttpClient, httpClient, path } from '@svckit/chassis/http-client';
import { Refused, type SagaDefinition, sagas } from '@svckit/chassis/saga';
import { needs } from '../needs.ts';
import { cancel, confirm, type Tools } from '../orders/decide.ts';
import { orderService } from '../order-service.ts';
import type { Placed } from '../orders/order.ts';

/** What the coordinator knows of an order: as it was taken, and what promotions take off. */
export interface Placing extends Placed {
  readonly discount?: number;
}

interface Participants {
  readonly inventory: HttpClient;
  readonly promotions: HttpClient;
  readonly payments: HttpClient;
}

interface Effect {
  readonly state: string;
  readonly reason?: string;
  readonly discount: number;
}

/** How an order is placed: what is held for it, what decides it, and what follows. Each effect is named by the order. */
export function placeOrder(tools: Tools, at: Participants): SagaDefinition<Placing> {
  return {
    before: [
      {
        name: 'reserve',
        async act({ id, data }) {
          const lines = data.lines.map(({ productId, quantity }) => ({ productId, quantity }));
          const { state } = await at.inventory.put<Effect>(path`/reservations/${id}`, { lines });
          if (state !== 'held') throw new Refused('Out of stock');
        },
        undo: async ({ id }) => void (await at.inventory.delete(path`/reservations/${id}`)),
      },
      {
        name: 'hold',
        async act({ id, data: { userId, total, coupon, points } }) {
          const wish = { userId, total, coupon, points };
          const { state, reason, discount } = await at.promotions.put<Effect>(path`/holds/${id}`, wish);
          if (state !== 'held') throw new Refused(reason ?? 'The coupon is not valid');
          return { discount };
        },
        undo: async ({ id }) => void (await at.promotions.delete(path`/holds/${id}`)),
      },
      {
        name: 'authorise',
        async act({ id, data: { userId, total, discount = 0, card } }) {
          const wish = { userId, amount: total - discount, card };
          const { state } = await at.payments.put<Effect>(path`/payments/${id}`, wish);
          if (state !== 'authorised') throw new Refused('Payment failed');
        },
        undo: async ({ id }) => void (await at.payments.delete(path`/payments/${id}`)),
      },
    ],
    pivot: {
      name: 'confirm',
      async act(tx, { id, data: { discount } }) {
        if (!(await confirm(tools, tx, { id, discount }))) throw new Refused('The order was cancelled');
      },
    },
    after: [
      {
        name: 'capture',
        act: async ({ id }) => void (await at.payments.put(path`/payments/${id}/capture`, undefined)),
      },
      {
        name: 'commit',
        act: async ({ id }) => void (await at.inventory.put(path`/reservations/${id}/commit`, undefined)),
      },
      { name: 'spend', act: async ({ id }) => void (await at.promotions.put(path`/holds/${id}/spend`, undefined)) },
    ],
    refused: async (tx, { id, reason }) => void (await cancel(tools, tx, { id, reason })),
  };
}

/** Orders with a coordinator, which asks each participant in turn. */
export const createService = orderService({
  needs: {
    placing: sagas<Placing>({ name: 'place-order', db: needs.db }),
    inventory: httpClient('inventory'),
    promotions: httpClient('promotions'),
    payments: httpClient('payments'),
  },
  flow: ({ placing }) => ({ coordinated: true, begin: (tx, order) => placing.start(tx, order.id, order) }),
  workers: ({ placing, ...tools }) => [placing.coordinate(placeOrder(tools, tools))],
});
