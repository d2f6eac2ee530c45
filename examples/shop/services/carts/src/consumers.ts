import type { Consumers } from '@svckit/chassis/events';
import { changeCart, empty } from './carts/cart.ts';
import { cartStore } from './carts/store.ts';
import type { Events } from './events.ts';
import { keep } from './products/copies.ts';

/** What others tell, and what carts makes of it. */
export const consumers: Consumers<Events> = {
  PRODUCT_CHANGED: ({ data }, tx) => keep(tx, data),

  async ORDER_CONFIRMED({ data: { userId } }, tx) {
    await changeCart(cartStore(tx), userId, { change: empty });
  },
};
