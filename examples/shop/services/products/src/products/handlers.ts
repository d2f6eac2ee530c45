import { created, type Handlers, notFound, ok } from '@svckit/chassis';
import type { Transaction } from '@svckit/chassis/postgres';
import { v7 as risingId } from 'uuid';
import type { components, operations } from '../api.ts';
import type { Needs } from '../needs.ts';
import { addProduct, changeProduct, findProducts, newestProducts, type Product } from './store.ts';

export function productHandlers({ db, events }: Needs): Handlers<operations> {
  /** Others keep copies of products: they are told of each version, in the transaction that makes it. */
  const told = async (tx: Transaction, product: Product) => {
    const { id: productId, name, price, version } = product;
    await events.publish(tx, { type: 'PRODUCT_CHANGED', key: productId, data: { productId, name, price, version } });
    return product;
  };
  return {
    async listProducts({ query: { ids, limit = 20, cursor } }) {
      if (ids) return ok({ items: await findProducts(db, ids) });
      return ok(toPage(await newestProducts(db, limit + 1, cursor), limit));
    },

    async createProduct({ body: { name, price, description = '' } }) {
      const product = await db.transaction(async (tx) =>
        told(tx, await addProduct(tx, { id: risingId(), name, description, price })),
      );
      return created(product, { location: `/products/${product.id}` });
    },

    async getProduct({ params: { productId } }) {
      const [product] = await findProducts(db, [productId]);
      return ok(existing(product));
    },

    async changeProduct({ params: { productId }, body }) {
      const change = async (tx: Transaction) => told(tx, existing(await changeProduct(tx, productId, body)));
      return ok(await db.transaction(change));
    },
  };
}

function existing(product: Product | undefined): Product {
  if (!product) throw notFound('Product not found');
  return product;
}

/** Cuts what was found down to a page. Whoever asks for one more than `limit` learns whether a page follows. */
function toPage(found: readonly Product[], limit: number): components['schemas']['Page'] {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return last && found.length > limit ? { items, nextCursor: last.id } : { items };
}
