import { accepted, badRequest, created, type Handlers, notFound, ok, unauthorized } from '@svckit/chassis';
import type { operations } from '../api.ts';
import type { Flow } from '../flow/flow.ts';
import type { Needs } from '../needs.ts';
import { rebuildCopies } from '../products/copies.ts';
import { take } from './decide.ts';
import { lookUp } from './look-up.ts';
import type { Order } from './order.ts';
import { decidedOrder, newestOrders, orderOf } from './store.ts';

interface Settings {
  /** How long who asks waits for an order to be decided. */
  readonly decideWithinMs: number;
}

export function orderHandlers(needs: Needs, flow: Flow, { decideWithinMs }: Settings): Handlers<operations> {
  const { db, once, decisions } = needs;
  return {
    async placeOrder(request) {
      const userId = caller(request);
      const prepare = () => lookUp(needs, userId, request.body);
      const { id } = await once(
        request,
        async (tx, order) => {
          await take(needs, tx, { ...order, coordinated: flow.coordinated });
          await flow.begin(tx, order);
          return { id: order.id };
        },
        { caller: userId, prepare },
      );
      const decided = await decisions.until(id, decideWithinMs, () => decidedOrder(db, id));
      return answerOf(decided ?? existing(await orderOf(db, id, userId)));
    },

    async getOrder(request) {
      return ok(existing(await orderOf(db, request.params.orderId, caller(request))));
    },

    async listOrders(request) {
      const { limit = 20, cursor } = request.query;
      return ok(toPage(await newestOrders(db, caller(request), { count: limit + 1, before: cursor }), limit));
    },

    rebuildCopies: async () => ok({ products: await rebuildCopies(db, needs.products) }),
  };
}

/** A refusal of business is the answer to the request; what is not decided yet is told of at its address. */
function answerOf(order: Order) {
  const headers = { location: `/orders/${order.id}` };
  if (order.state === 'CANCELLED') throw badRequest(order.reason ?? 'Cancelled');
  return order.state === 'CONFIRMED' ? created(order, headers) : accepted(order, headers);
}

function existing(order: Order | undefined): Order {
  if (!order) throw notFound('Order not found');
  return order;
}

function caller({ headers }: { readonly headers: { readonly 'X-User-ID'?: string } }): string {
  const userId = headers['X-User-ID'];
  if (userId === undefined) throw unauthorized('Orders are taken from users who are known');
  return userId;
}

/** Cuts what was found down to a page. Whoever asks for one more than `limit` learns whether a page follows. */
function toPage(found: readonly Order[], limit: number) {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return last && found.length > limit ? { items, nextCursor: last.id } : { items };
}
