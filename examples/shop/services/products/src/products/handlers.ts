import { created, type Handlers, notFound, ok } from '@svckit/chassis';
import { v7 as risingId } from 'uuid';
import type { components, operations } from '../api.ts';
import type { Needs } from '../needs.ts';
import { addProduct, changeProduct, findProducts, newestProducts, type Product } from './store.ts';

export function productHandlers({ db }: Needs): Handlers<operations> {
  return {
    async listProducts({ query: { ids, limit = 20, cursor } }) {
      if (ids) return ok({ items: await findProducts(db, ids) });
      return ok(toPage(await newestProducts(db, limit + 1, cursor), limit));
    },

    async createProduct({ body: { name, price, description = '' } }) {
      const product = await addProduct(db, { id: risingId(), name, description, price });
      return created(product, { location: `/products/${product.id}` });
    },

    async getProduct({ params: { productId } }) {
      const [product] = await findProducts(db, [productId]);
      return ok(existing(product));
    },

    async changeProduct({ params: { productId }, body }) {
      return ok(existing(await changeProduct(db, productId, body)));
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
