import { type Queryable, sql, type Transaction } from '@svckit/chassis/postgres';
import type { components } from '../api.ts';

export type Line = components['schemas']['Line'];
type Stock = components['schemas']['Stock'];

export interface Delivery extends Line {
  readonly id: string;
}

/** How much of some units moves, by what becomes of each one: taken from `onHand`, added to `reserved`. */
export interface Move {
  readonly onHand: -1 | 0;
  readonly reserved: -1 | 0 | 1;
}

/** Takes in a delivery once, however often it is told. */
export async function receive(tx: Transaction, { id, productId, quantity }: Delivery): Promise<void> {
  await tx.execute(sql`INSERT INTO stock (product_id, on_hand) VALUES (${productId}, 0) ON CONFLICT DO NOTHING`);
  const isNew = await tx.execute(sql`
    INSERT INTO deliveries (id, product_id, quantity) VALUES (${id}, ${productId}, ${quantity}) ON CONFLICT DO NOTHING`);
  if (isNew) await tx.execute(sql`UPDATE stock SET on_hand = on_hand + ${quantity} WHERE product_id = ${productId}`);
}

/** The stock of a product; zeros where none was ever delivered. */
export async function stockOf(db: Queryable, productId: string): Promise<Stock> {
  const found = await db.first<Stock>(sql`
    SELECT product_id AS "productId", on_hand AS "onHand", reserved, on_hand - reserved AS available
    FROM stock WHERE product_id = ${productId}`);
  return found ?? { productId, onHand: 0, reserved: 0, available: 0 };
}

/**
 * Whether all of the lines could be had. Their rows stay locked until the transaction ends; all who lock several do it in the
 * order of the products, so that no two wait for each other.
 */
export async function lockStock(tx: Transaction, lines: readonly Line[]): Promise<boolean> {
  const rows = await tx.query<{ id: string; available: number }>(sql`
    SELECT product_id AS id, on_hand - reserved AS available FROM stock
    WHERE product_id = ANY(${lines.map(({ productId }) => productId)}) ORDER BY product_id FOR UPDATE`);
  const available = new Map(rows.map((row) => [row.id, row.available]));
  return lines.every(({ productId, quantity }) => (available.get(productId) ?? 0) >= quantity);
}

/** Moves the units of the lines, whose rows are locked. */
export async function move(tx: Transaction, lines: readonly Line[], { onHand, reserved }: Move): Promise<void> {
  await tx.execute(sql`
    UPDATE stock SET on_hand = on_hand + ${onHand} * line.quantity, reserved = reserved + ${reserved} * line.quantity
    FROM unnest(${lines.map(({ productId }) => productId)}::uuid[], ${lines.map(({ quantity }) => quantity)}::integer[])
      AS line (product_id, quantity)
    WHERE stock.product_id = line.product_id`);
}
