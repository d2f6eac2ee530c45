import { conflict } from '@svckit/chassis';
import { type Queryable, sql, type Transaction } from '@svckit/chassis/postgres';
import type { components } from '../api.ts';
import { type Operation, refusal, type State, type Wanted } from './payment.ts';

export type Payment = components['schemas']['Payment'];
export type Wish = components['schemas']['Wish'];

export interface Row extends Payment {
  readonly card: string | null;
  readonly userId: string | null;
  readonly wanted: Wanted;
}

/** What is known of an operation on money. */
export interface Entry {
  readonly operation: Operation;
  readonly phase: 'REQUEST' | 'SUCCESS' | 'FAILURE';
}

/**
 * Writes down that an order wants to pay, before anybody is asked. Once written it is seen through, whatever crashes.
 * @throws Problem 409 where the order asked for something else before, or was cancelled
 */
export async function wantAuthorised(tx: Transaction, orderId: string, { userId, amount, card }: Wish): Promise<void> {
  await tx.execute(sql`
    INSERT INTO payments (order_id, user_id, amount, card, state, wanted, ask_again_at)
    VALUES (${orderId}, ${userId}, ${amount}, ${card}, 'pending', 'authorised', now() + interval '5 seconds')
    ON CONFLICT DO NOTHING`);
  const row = await lockPayment(tx, orderId);
  if (row.wanted === 'voided') throw conflict('The order was cancelled');
  if (row.amount !== amount || row.card !== card || row.userId !== userId.toLowerCase()) {
    throw conflict('This order asked for something else before');
  }
}

/** Whether an order was cancelled: then it asks for nothing any more. */
export async function isCancelled(tx: Transaction, orderId: string): Promise<boolean> {
  return (await tx.first<Row>(sql`${selected(orderId)} FOR UPDATE`))?.wanted === 'voided';
}

/** Writes down that an order is cancelled; where it never asked for money, a tombstone keeps it from asking late. */
export async function wantVoided(tx: Transaction, orderId: string): Promise<void> {
  await tx.execute(sql`
    INSERT INTO payments (order_id, amount, state, wanted) VALUES (${orderId}, 0, 'voided', 'voided') ON CONFLICT DO NOTHING`);
  await want(tx, orderId, 'voided');
}

/**
 * Writes down what a payment is to become.
 * @throws Problem 409 where it cannot become that
 */
export async function want(tx: Transaction, orderId: string, wanted: Wanted): Promise<void> {
  const row = await lockPayment(tx, orderId);
  const reason = refusal(row.state, row.wanted, wanted);
  if (reason) throw conflict(reason);
  if (row.wanted === wanted || row.state === 'declined') return;
  await tx.execute(sql`
    UPDATE payments SET wanted = ${wanted}, attempts = 0, ask_again_at = now() + interval '5 seconds' WHERE order_id = ${orderId}`);
}

/** The payment of an order; undefined where it never asked, and was never cancelled. */
export function paymentOf(db: Queryable, orderId: string): Promise<Row | undefined> {
  return db.first(selected(orderId));
}

async function lockPayment(tx: Transaction, orderId: string): Promise<Row> {
  const row = await tx.first<Row>(sql`${selected(orderId)} FOR UPDATE`);
  if (!row) throw conflict('This order never asked for a payment');
  return row;
}

function selected(orderId: string) {
  return sql`
    SELECT order_id AS "orderId", user_id AS "userId", amount::float8 AS amount, card, state, wanted
    FROM payments WHERE order_id = ${orderId}`;
}

/** Enters what was asked, or what was answered, once. */
export async function enter(db: Queryable, { orderId, amount }: Row, { operation, phase }: Entry): Promise<void> {
  await db.execute(sql`
    INSERT INTO ledger (order_id, operation, phase, amount) VALUES (${orderId}, ${operation}, ${phase}, ${amount})
    ON CONFLICT DO NOTHING`);
}

/** Moves a payment on from a state. False where somebody else did. */
export async function moveOn(tx: Transaction, { orderId, state }: Row, next: State): Promise<boolean> {
  const moved = await tx.execute(
    sql`UPDATE payments SET state = ${next}, attempts = 0 WHERE order_id = ${orderId} AND state = ${state}`,
  );
  return moved === 1;
}

/** Takes one payment whose provider has not answered for too long, and leaves it alone for a while, longer each time. */
export async function takeDue(db: Queryable): Promise<string | undefined> {
  const [due] = await db.query<{ orderId: string }>(sql`
    UPDATE payments SET attempts = attempts + 1, ask_again_at = now() + make_interval(secs => least(60, 2 ^ least(attempts, 6)))
    WHERE order_id = (
      SELECT order_id FROM payments WHERE state <> wanted AND state <> 'declined' AND ask_again_at <= now()
      ORDER BY ask_again_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING order_id AS "orderId"`);
  return due?.orderId;
}
