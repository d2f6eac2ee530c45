import { created, type Handlers, notFound, ok } from '@svckit/chassis';
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
      const item = newItem(body, risingId(), new Date());
      await store.add(item);
      return created(item, { location: `/auth/${item.id}` });
    },

    async getItem({ params: { itemId } }) {
      const item = await store.find(itemId);
      if (!item) throw notFound(`/auth/${itemId} does not exist`);
      return ok(item);
    },
  };
}
