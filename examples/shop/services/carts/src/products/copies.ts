import { type Queryable, sql } from '@svckit/chassis/postgres';
import type { Events } from '../events.ts';
import type { Needs } from '../needs.ts';

/** What is known here of a product. */
export type Copy = Events['PRODUCT_CHANGED'];

/** Keeps a copy, unless a newer one is there. */
export async function keep(db: Queryable, { productId, name, price, version }: Copy): Promise<void> {
  await db.execute(sql`
    INSERT INTO product_copies AS known (product_id, name, price, version)
    VALUES (${productId}, ${name}, ${price}, ${version})
    ON CONFLICT (product_id) DO UPDATE SET name = excluded.name, price = excluded.price, version = excluded.version
    WHERE known.version < excluded.version`);
}

/** The copies of some products, by id. Those that are not here are asked for; products that do not exist are left out. */
export async function copiesOf({ db, products }: Needs, ids: readonly string[]): Promise<ReadonlyMap<string, Copy>> {
  const known = await kept(db, ids);
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length === 0) return known;
  const { items } = await products.get<Page>('/products', { query: { ids: missing.join(',') } });
  for (const { id, ...rest } of items) await keep(db, { productId: id, ...rest });
  return kept(db, ids);
}

interface Page {
  readonly items: readonly ({ readonly id: string } & Omit<Copy, 'productId'>)[];
}

async function kept(db: Queryable, ids: readonly string[]): Promise<ReadonlyMap<string, Copy>> {
  const copies = await db.query<Copy>(sql`
    SELECT product_id AS "productId", name, price, version FROM product_copies WHERE product_id = ANY(${ids})`);
  return new Map(copies.map((copy) => [copy.productId, copy]));
}
