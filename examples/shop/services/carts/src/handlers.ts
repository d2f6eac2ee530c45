import { type Answer, type Handlers, notFound, ok } from '@svckit/chassis';
import type { components, operations } from './api.ts';
import { type Cart, changeCart, empty, put, remove } from './carts/cart.ts';
import { cartStore } from './carts/store.ts';
import type { Needs } from './needs.ts';
import { copiesOf } from './products/copies.ts';

type ShownCart = components['schemas']['Cart'];

export function handlers(needs: Needs): Handlers<operations> {
  const store = cartStore(needs.db);
  return {
    async getCart({ headers: { 'X-User-ID': userId } }) {
      return shown(needs, await store.read(userId));
    },

    async emptyCart({ headers: { 'X-User-ID': userId, 'If-Match': tag } }) {
      return shown(needs, await changeCart(store, userId, { change: empty, version: versionOf(tag) }));
    },

    async putItem({ headers: { 'X-User-ID': userId, 'If-Match': tag }, params, body: { quantity } }) {
      const productId = params.productId.toLowerCase(); // as the database writes it
      if (!(await copiesOf(needs, [productId])).has(productId)) throw notFound('Product not found');
      const change = put({ productId, quantity });
      return shown(needs, await changeCart(store, userId, { change, version: versionOf(tag) }));
    },

    async removeItem({ headers: { 'X-User-ID': userId, 'If-Match': tag }, params: { productId } }) {
      const change = remove(productId.toLowerCase());
      return shown(needs, await changeCart(store, userId, { change, version: versionOf(tag) }));
    },
  };
}

function versionOf(tag: string | undefined): number | undefined {
  return tag === undefined ? undefined : Number(JSON.parse(tag));
}

/** With names and prices as they are now: what a buyer pays is settled when the order is placed. */
async function shown(needs: Needs, { version, lines }: Cart): Promise<Answer<200, ShownCart>> {
  const copies = await copiesOf(
    needs,
    lines.map(({ productId }) => productId),
  );
  const items = lines.flatMap(({ productId, quantity }) => {
    const copy = copies.get(productId);
    return copy ? [{ productId, name: copy.name, price: copy.price, quantity }] : [];
  });
  const total = items.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  return ok({ items, total }, { etag: `"${version}"` });
}
