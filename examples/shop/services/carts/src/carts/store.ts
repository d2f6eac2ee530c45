import { type Queryable, sql } from '@svckit/chassis/postgres';
import type { Cart, CartStore } from './cart.ts';

/** Keeps carts in PostgreSQL: in the database, or within a transaction. */
export function cartStore(db: Queryable): CartStore {
  return {
    async read(userId) {
      const found = await db.first<Cart>(sql`SELECT version, lines FROM carts WHERE user_id = ${userId}`);
      return found ?? { version: 0, lines: [] };
    },

    async replace(userId, { version, lines }) {
      const replaced = await db.execute(sql`
        INSERT INTO carts AS known (user_id, version, lines) VALUES (${userId}, ${version + 1}, ${JSON.stringify(lines)})
        ON CONFLICT (user_id) DO UPDATE SET version = excluded.version, lines = excluded.lines
        WHERE known.version = ${version}`);
      return replaced > 0;
    },
  };
}
