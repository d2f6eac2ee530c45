import { type Queryable, type Sql, sql } from '@svckit/chassis/postgres';
import type { Order } from './order.ts';

/** An order of a user; undefined where that user has none of this id. */
export function orderOf(db: Queryable, id: string, userId: string): Promise<Order | undefined> {
  return db
    .first<Row>(sql`${selected} WHERE o.id = ${id} AND o.user_id = ${userId}`)
    .then((row) => row && toOrder(row));
}

/** An order once it is decided; undefined for as long as it is not. */
export function decidedOrder(db: Queryable, id: string): Promise<Order | undefined> {
  return db.first<Row>(sql`${selected} WHERE o.id = ${id} AND o.state <> 'PENDING'`).then((row) => row && toOrder(row));
}

/** The newest orders of a user, only those older than the order `before` where it is given. */
export async function newestOrders(db: Queryable, userId: string, page: Page): Promise<Order[]> {
  const older = page.before === undefined ? sql`` : sql`AND o.id < ${page.before}`;
  const rows = await db.query<Row>(
    sql`${selected} WHERE o.user_id = ${userId} ${older} ORDER BY o.id DESC LIMIT ${page.count}`,
  );
  return rows.map(toOrder);
}

interface Page {
  readonly count: number;
  readonly before?: string | undefined;
}

interface Row extends Omit<Order, 'reason' | 'discount' | 'amount'> {
  readonly reason: string | null;
  readonly discount: number | null;
  readonly amount: number | null;
}

/** Products are shown by the names that they have now; what they cost stays what was agreed. */
const selected: Sql = sql`
  SELECT o.id, o.state, o.reason, o.total::float8 AS total, o.discount::float8 AS discount, o.amount::float8 AS amount,
    to_char(o.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
    (SELECT json_agg(json_build_object('productId', l.product_id, 'name', coalesce(p.name, l.name),
      'price', l.price, 'quantity', l.quantity) ORDER BY l.product_id)
     FROM order_lines l LEFT JOIN product_copies p USING (product_id) WHERE l.order_id = o.id) AS items
  FROM orders o`;

function toOrder({ reason, discount, amount, ...row }: Row): Order {
  return {
    ...row,
    ...(reason !== null && { reason }),
    ...(discount !== null && { discount }),
    ...(amount !== null && { amount }),
  };
}
