import { type Queryable, sql } from '@svckit/chassis/postgres';
import type { components } from '../api.ts';

export type Product = components['schemas']['Product'];
type Change = components['schemas']['Change'];

export async function addProduct(
  db: Queryable,
  { id, name, description, price }: Omit<Product, 'version'>,
): Promise<Product> {
  const values = sql`${id}, ${name}, ${description}, ${price}`;
  const [added] = await db.query<Product>(
    sql`INSERT INTO products (id, name, description, price) VALUES (${values}) RETURNING ${columns}`,
  );
  return added as Product;
}

/** Changes what is given, and gives the product its next version; undefined where there is no such product. */
export function changeProduct(
  db: Queryable,
  id: string,
  { name, description, price }: Change,
): Promise<Product | undefined> {
  return db.first(sql`
    UPDATE products SET version = version + 1, name = COALESCE(${name ?? null}, name),
      description = COALESCE(${description ?? null}, description), price = COALESCE(${price ?? null}, price)
    WHERE id = ${id} RETURNING ${columns}`);
}

/** Those of the given products that exist. */
export function findProducts(db: Queryable, ids: readonly string[]): Promise<Product[]> {
  return db.query(sql`SELECT ${columns} FROM products WHERE id = ANY(${ids}) ORDER BY id DESC`);
}

/** The newest first, only those older than the product `before` where it is given. */
export function newestProducts(db: Queryable, count: number, before?: string): Promise<Product[]> {
  const older = before ? sql`WHERE id < ${before}` : sql``;
  return db.query(sql`SELECT ${columns} FROM products ${older} ORDER BY id DESC LIMIT ${count}`);
}

const columns = sql`id, name, description, price, version`;
