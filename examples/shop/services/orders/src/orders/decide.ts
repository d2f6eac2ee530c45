import { afterCommit, type Database, sql, type Transaction } from '@svckit/chassis/postgres';
import type { Needs } from '../needs.ts';
import type { Placed } from './order.ts';

/** What deciding takes: others are told, and those who wait are woken. */
export type Tools = Pick<Needs, 'events' | 'decisions'>;

/** How long an order without a coordinator may take to be decided. Far less than what is held for it is held. */
const DECIDE_WITHIN_SECONDS = 60;

interface Taken {
  /** Whether a coordinator asks each participant. Otherwise they act on the events. */
  readonly coordinated: boolean;
}

/** Takes an order, and tells others. */
export async function take({ events }: Tools, tx: Transaction, order: Placed & Taken): Promise<void> {
  const { id, userId, lines, total, coupon, points, card, coordinated } = order;
  await tx.execute(sql`
    WITH taken AS (
      INSERT INTO orders (id, user_id, state, coupon, points, card, total, coordinated, decide_by)
      VALUES (${id}, ${userId}, 'PENDING', ${coupon ?? null}, ${points ?? null}, ${card}, ${total}, ${coordinated},
        now() + make_interval(secs => ${DECIDE_WITHIN_SECONDS}))
      RETURNING id)
    INSERT INTO order_lines (order_id, product_id, name, price, quantity)
    SELECT taken.id, line."productId", line.name, line.price, line.quantity
    FROM taken, json_to_recordset(${JSON.stringify(lines)}::json)
      AS line ("productId" uuid, name text, price bigint, quantity integer)`);
  const asked = lines.map(({ productId, quantity }) => ({ productId, quantity }));
  const benefits = { ...(coupon !== undefined && { coupon }), ...(points !== undefined && { points }) };
  await events.publish(tx, {
    type: 'ORDER_CREATED',
    key: id,
    data: { orderId: id, userId, lines: asked, total, ...benefits, coordinated },
  });
}

/** The pivot: from here on the order stands. False where it is decided already. */
export async function confirm(tools: Tools, tx: Transaction, { id, discount }: Confirmed): Promise<boolean> {
  const order = await tx.first<Decided>(sql`
    UPDATE orders SET state = 'CONFIRMED', discount = coalesce(${discount ?? null}, discount)
    WHERE id = ${id} AND state = 'PENDING' RETURNING ${decided}`);
  if (!order) return false;
  await tools.events.publish(tx, { type: 'ORDER_CONFIRMED', key: id, data: { orderId: id, ...order } });
  return decisionMade(tools, tx, id);
}

/** The order will not be. False where it is decided already. */
export async function cancel(tools: Tools, tx: Transaction, { id, reason }: Cancelled): Promise<boolean> {
  const order = await tx.first<Decided>(sql`
    UPDATE orders SET state = 'CANCELLED', reason = ${reason} WHERE id = ${id} AND state = 'PENDING' RETURNING ${decided}`);
  if (!order) return false;
  await tools.events.publish(tx, { type: 'ORDER_CANCELLED', key: id, data: { orderId: id, reason, ...order } });
  return decisionMade(tools, tx, id);
}

/** Cancels one order that nobody coordinates and that was not decided in time. False where there is none. */
export function cancelOverdue(tools: Tools & { readonly db: Database }): Promise<boolean> {
  return tools.db.transaction(async (tx) => {
    const due = await tx.first<{ id: string }>(sql`
      SELECT id FROM orders WHERE state = 'PENDING' AND NOT coordinated AND decide_by <= now()
      ORDER BY decide_by LIMIT 1 FOR UPDATE SKIP LOCKED`);
    return due !== undefined && cancel(tools, tx, { id: due.id, reason: 'not decided in time' });
  });
}

/** Tells those who wait for it. */
function decisionMade({ decisions }: Tools, tx: Transaction, id: string): true {
  afterCommit(tx, () => decisions.ring(id));
  return true;
}

interface Confirmed {
  readonly id: string;
  /** What promotions takes off, where that is not known of the order yet. */
  readonly discount?: number | undefined;
}

interface Cancelled {
  readonly id: string;
  readonly reason: string;
}

interface Decided {
  readonly userId: string;
  readonly coordinated: boolean;
}

const decided = sql`user_id AS "userId", coordinated`;
