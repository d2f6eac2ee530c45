import type { HttpClient } from '@svckit/chassis/http-client';
import { type Queryable, sql } from '@svckit/chassis/postgres';
import type { Product } from '../orders/order.ts';

interface Version extends Product {
  readonly version: number;
}

/** Keeps what is known of products, unless something newer is. */
export async function keepCopies(db: Queryable, products: readonly Version[]): Promise<void> {
  await db.execute(sql`
    INSERT INTO product_copies AS known (product_id, name, price, version)
    SELECT id, name, price, version
    FROM json_to_recordset(${JSON.stringify(products)}::json) AS given (id uuid, name text, price bigint, version integer)
    ON CONFLICT (product_id) DO UPDATE SET name = excluded.name, price = excluded.price, version = excluded.version
    WHERE known.version < excluded.version`);
}

/** What is known of these products without asking anybody. */
export function copiesOf(db: Queryable, ids: readonly string[]): Promise<Product[]> {
  return db.query(sql`
    SELECT product_id AS id, name, price::float8 AS price FROM product_copies WHERE product_id = ANY(${ids}::uuid[])`);
}

/** Fetches all products anew, page by page. Returns how many there are. */
export async function rebuildCopies(db: Queryable, products: HttpClient): Promise<number> {
  let count = 0;
  for (let cursor: string | undefined; ;) {
    const page = await products.get<{ items: Version[]; nextCursor?: string }>('/products', {
      query: { limit: 100, cursor },
    });
    await keepCopies(db, page.items);
    count += page.items.length;
    cursor = page.nextCursor;
    if (cursor === undefined) return count;
  }
}
