import type { Consumers } from '@svckit/chassis/events';
import { sql } from '@svckit/chassis/postgres';
import type { Events } from './events.ts';

/** One for each event of the contract. What it does with `tx` takes effect once, however often the event arrives. */
export const consumers: Consumers<Events> = {
  async ITEM_ADDED({ data: { id, name } }, tx) {
    await tx.execute(sql`INSERT INTO items (id, name) VALUES (${id}, ${name})`);
  },
};
