import { sql } from '@svckit/chassis/postgres';
import type { Needs } from '../needs.ts';
import type { Item } from './item.ts';

export interface ItemStore {
  add(item: Item): Promise<void>;
  find(id: string): Promise<Item | undefined>;
  /** The newest items first, only those older than the item `before` where it is given. */
  newest(count: number, before?: string): Promise<Item[]>;
}

/** Keeps items in the database. */
export const itemStore: (needs: Needs) => ItemStore = ({ db }) => ({
  async add({ id, name, belongsTo, createdAt }) {
    await db.execute(sql`
      INSERT INTO items (id, name, belongs_to, created_at)
      VALUES (${id}, ${name}, ${belongsTo ?? null}, ${createdAt})`);
  },

  async find(id) {
    const row = await db.first<Row>(sql`SELECT ${columns} FROM items WHERE id = ${id}`);
    return row && toItem(row);
  },

  async newest(count, before) {
    const older = before ? sql`WHERE id < ${before}` : sql``;
    const rows = await db.query<Row>(sql`SELECT ${columns} FROM items ${older} ORDER BY id DESC LIMIT ${count}`);
    return rows.map(toItem);
  },
});

const columns = sql`id, name, belongs_to AS "belongsTo", created_at AS "createdAt"`;

interface Row {
  readonly id: string;
  readonly name: string;
  readonly belongsTo: string | null;
  readonly createdAt: Date;
}

function toItem({ id, name, belongsTo, createdAt }: Row): Item {
  return { id, name, ...(belongsTo && { belongsTo }), createdAt: createdAt.toISOString() };
}
