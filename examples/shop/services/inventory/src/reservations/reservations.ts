import { conflict } from '@svckit/chassis';
import { type Database, type Queryable, sql, type Transaction } from '@svckit/chassis/postgres';
import type { components } from '../api.ts';
import { type Line, lockStock, move } from '../stock/stock.ts';
import { totalled } from './lines.ts';

export type Reservation = components['schemas']['Reservation'];

export interface Wish {
  readonly lines: readonly Line[];
  readonly holdSeconds?: number;
}

const HOLD_SECONDS = 900;

/**
 * Holds all that an order asks for, or refuses it all. Asking again gives the first answer; an order that was released
 * before it asked is not held for.
 * @throws Problem 409 where the same order asked for something else before
 */
export async function reserve(
  tx: Transaction,
  orderId: string,
  { lines, holdSeconds = HOLD_SECONDS }: Wish,
): Promise<Reservation> {
  const asked = totalled(lines);
  const isNew = await tx.execute(sql`
    INSERT INTO reservations (order_id, state, expires_at)
    VALUES (${orderId}, 'held', now() + make_interval(secs => ${holdSeconds})) ON CONFLICT DO NOTHING`);
  if (!isNew) return asBefore(await lockReservation(tx, orderId), asked);
  await tx.execute(sql`
    INSERT INTO reservation_lines (order_id, product_id, quantity)
    SELECT ${orderId}, * FROM unnest(${asked.map(({ productId }) => productId)}::uuid[], ${asked.map(({ quantity }) => quantity)}::integer[])`);
  const held = { orderId, state: 'held', lines: asked } as const;
  if (!(await lockStock(tx, asked))) return become(tx, held, 'refused');
  await move(tx, asked, { onHand: 0, reserved: 1 });
  return held;
}

function asBefore(known: Reservation, asked: readonly Line[]): Reservation {
  const isTombstone = known.state === 'released' && known.lines.length === 0;
  if (isTombstone || JSON.stringify(known.lines) === JSON.stringify(asked)) return known;
  throw conflict('This order asked for something else before');
}

/**
 * What was held is sold. A hold that has expired is taken again, where the units are still there.
 * @throws Problem 409 where they are not, or where nothing was held
 */
export async function commit(tx: Transaction, orderId: string): Promise<Reservation> {
  const known = await lockReservation(tx, orderId);
  const { state, lines } = known;
  if (state === 'committed') return known;
  if (state !== 'held' && state !== 'expired') throw conflict(`Nothing is held for this order: it is ${state}`);
  const isThere = await lockStock(tx, lines);
  if (state === 'expired' && !isThere) throw conflict('The hold has expired, and the stock is sold');
  await move(tx, lines, { onHand: -1, reserved: state === 'held' ? -1 : 0 });
  return become(tx, known, 'committed');
}

/**
 * Gives back what is held. Where nothing is, a tombstone keeps a reservation that comes late from holding anything.
 * @throws Problem 409 where it is sold
 */
export async function release(tx: Transaction, orderId: string): Promise<Reservation> {
  await tx.execute(sql`
    INSERT INTO reservations (order_id, state, expires_at) VALUES (${orderId}, 'released', now()) ON CONFLICT DO NOTHING`);
  const known = await lockReservation(tx, orderId);
  if (known.state === 'committed') throw conflict('What this order asked for is sold');
  return known.state === 'held' ? giveBack(tx, known, 'released') : become(tx, known, 'released');
}

/** Gives back one hold that has expired, in a transaction of its own. False where there is none. */
export function expireOne(db: Database): Promise<boolean> {
  return db.transaction(async (tx) => {
    const due = await tx.first<{ orderId: string }>(sql`
      SELECT order_id AS "orderId" FROM reservations WHERE state = 'held' AND expires_at <= now()
      ORDER BY expires_at LIMIT 1 FOR UPDATE SKIP LOCKED`);
    if (due) await giveBack(tx, await lockReservation(tx, due.orderId), 'expired');
    return due !== undefined;
  });
}

/** The reservation of an order; undefined where it never asked, and was never released. */
export async function reservationOf(db: Queryable, orderId: string): Promise<Reservation | undefined> {
  const found = await db.first<Pick<Reservation, 'orderId' | 'state'>>(selected(orderId));
  return found && { ...found, lines: await linesOf(db, orderId) };
}

async function lockReservation(tx: Transaction, orderId: string): Promise<Reservation> {
  const found = await tx.first<Pick<Reservation, 'orderId' | 'state'>>(sql`${selected(orderId)} FOR UPDATE`);
  if (!found) throw conflict('Nothing is held for this order');
  return { ...found, lines: await linesOf(tx, orderId) };
}

function selected(orderId: string) {
  return sql`SELECT order_id AS "orderId", state FROM reservations WHERE order_id = ${orderId}`;
}

function linesOf(db: Queryable, orderId: string): Promise<Line[]> {
  return db.query(sql`
    SELECT product_id AS "productId", quantity FROM reservation_lines WHERE order_id = ${orderId} ORDER BY product_id`);
}

async function giveBack(tx: Transaction, held: Reservation, state: 'released' | 'expired'): Promise<Reservation> {
  await lockStock(tx, held.lines);
  await move(tx, held.lines, { onHand: 0, reserved: -1 });
  return become(tx, held, state);
}

async function become(tx: Transaction, known: Reservation, state: Reservation['state']): Promise<Reservation> {
  await tx.execute(sql`UPDATE reservations SET state = ${state} WHERE order_id = ${known.orderId}`);
  return { ...known, state };
}
