import { created, type Handlers, notFound, ok } from '@svckit/chassis';
import { type HttpClient, path } from '@svckit/chassis/http-client';
import { v7 as risingId } from 'uuid';
import type { operations } from '../api.ts';
import type { Needs } from '../needs.ts';
import { newItem, toPage } from './item.ts';
import { itemStore } from './store.ts';

export function itemHandlers(needs: Needs): Handlers<operations> {
  const store = itemStore(needs);
  return {
    async listItems({ query: { limit = 20, cursor } }) {
      return ok(toPage(await store.newest(limit + 1, cursor), limit));
    },

    async createItem({ body }) {
      if (body.belongsTo) {
        await mustExist({
          at: needs.products,
          address: path`/products/${body.belongsTo}`,
        });
      }
      const item = newItem(body, risingId(), new Date());
      await store.add(item);
      return created(item, { location: `/carts/${item.id}` });
    },

    async getItem({ params: { itemId } }) {
      const item = await store.find(itemId);
      if (!item) throw notFound(`/carts/${itemId} does not exist`);
      return ok(item);
    },
  };
}

/** Asks the service that keeps it. A peer that cannot answer needs no code here: the caller gets 502, 503 or 504. */
async function mustExist({ at, address }: { at: HttpClient; address: string }): Promise<void> {
  if (!(await at.find(address))) throw notFound(`${address} does not exist`);
}
