import { isDeepStrictEqual } from 'node:util';
import { conflict } from '@svckit/chassis';
import { type Database, type Queryable, sql, type Transaction } from '@svckit/chassis/postgres';
import type { components } from '../api.ts';
import { giveBackUse, takeUse } from './coupons.ts';
import { enter } from './points.ts';

export type Hold = components['schemas']['Hold'];

export interface Wish {
  readonly userId: string;
  readonly total: number;
  readonly coupon?: string;
  readonly points?: number;
  readonly holdSeconds?: number;
}

const HOLD_SECONDS = 900;

interface Row {
  readonly orderId: string;
  readonly state: Hold['state'];
  readonly userId: string | null;
  readonly coupon: string | null;
  readonly points: number;
  readonly discount: number;
  readonly reason: Hold['reason'] | null;
  readonly wish: Wish | null;
}

/**
 * Holds the coupon and the points that an order wants to use, or refuses both. Never takes more points than there is to pay.
 * Asking again gives the first answer; an order that was released before it asked is not held for.
 * @throws Problem 409 where the same order asked for something else before
 */
export async function hold(tx: Transaction, orderId: string, wish: Wish): Promise<Hold> {
  const { userId, holdSeconds = HOLD_SECONDS } = wish;
  const isNew = await tx.execute(sql`
    INSERT INTO holds (order_id, state, user_id, wish, expires_at)
    VALUES (${orderId}, 'held', ${userId}, ${JSON.stringify(wish)}, now() + make_interval(secs => ${holdSeconds}))
    ON CONFLICT DO NOTHING`);
  const known = await lockHold(tx, orderId);
  if (isNew) return take(tx, known, wish);
  if (known.wish && !isDeepStrictEqual(known.wish, wish)) throw conflict('This order asked for something else before');
  return toHold(known);
}

async function take(tx: Transaction, row: Row, { userId, total, coupon, points = 0 }: Wish): Promise<Hold> {
  const worth = coupon === undefined ? 0 : await takeUse(tx, coupon);
  if (worth === undefined) return become(tx, row, { state: 'refused', reason: 'The coupon is not valid' });
  const byCoupon = Math.min(worth, total);
  const byPoints = Math.min(points, total - byCoupon);
  if (byPoints > 0 && !(await enter(tx, { userId, reason: 'held', reference: row.orderId, change: -byPoints }))) {
    if (coupon !== undefined) await giveBackUse(tx, coupon);
    return become(tx, row, { state: 'refused', reason: 'There are not enough points' });
  }
  return become(tx, row, { coupon: coupon ?? null, points: byPoints, discount: byCoupon + byPoints });
}

/**
 * What was held is used up. A hold that has expired is taken again, where that is still possible.
 * @throws Problem 409 where it is not, or where nothing was held
 */
export async function spend(tx: Transaction, orderId: string): Promise<Hold> {
  const row = await lockHold(tx, orderId);
  if (row.state === 'spent') return toHold(row);
  if (row.state !== 'held' && row.state !== 'expired')
    throw conflict(`Nothing is held for this order: it is ${row.state}`);
  if (row.state === 'expired') await takeAgain(tx, row);
  return become(tx, row, { state: 'spent' });
}

async function takeAgain(tx: Transaction, { orderId, userId, coupon, points }: Row): Promise<void> {
  const gone = conflict('The hold has expired, and what it held is gone');
  if (coupon !== null && (await takeUse(tx, coupon)) === undefined) throw gone;
  if (userId === null || points === 0) return;
  if (!(await enter(tx, { userId, reason: 'held again', reference: orderId, change: -points }))) throw gone;
}

/**
 * Gives back what is held. Where nothing is, a tombstone keeps a hold that comes late from taking anything.
 * @throws Problem 409 where it is used up
 */
export async function release(tx: Transaction, orderId: string): Promise<Hold> {
  await tx.execute(sql`
    INSERT INTO holds (order_id, state, expires_at) VALUES (${orderId}, 'released', now()) ON CONFLICT DO NOTHING`);
  const row = await lockHold(tx, orderId);
  if (row.state === 'spent') throw conflict('What was held for this order is used up');
  if (row.state === 'held') await giveBack(tx, row);
  return become(tx, row, { state: 'released' });
}

/** Gives back one hold that has expired, in a transaction of its own. False where there is none. */
export function expireOne(db: Database): Promise<boolean> {
  return db.transaction(async (tx) => {
    const due = await tx.first<Row>(sql`
      SELECT ${columns} FROM holds WHERE state = 'held' AND expires_at <= now()
      ORDER BY expires_at LIMIT 1 FOR UPDATE SKIP LOCKED`);
    if (!due) return false;
    await giveBack(tx, due);
    await become(tx, due, { state: 'expired' });
    return true;
  });
}

/** What is held for an order, or was; undefined where it never asked, and was never released. */
export async function holdOf(db: Queryable, orderId: string): Promise<Hold | undefined> {
  const row = await db.first<Row>(sql`SELECT ${columns} FROM holds WHERE order_id = ${orderId}`);
  return row && toHold(row);
}

async function lockHold(tx: Transaction, orderId: string): Promise<Row> {
  const row = await tx.first<Row>(sql`SELECT ${columns} FROM holds WHERE order_id = ${orderId} FOR UPDATE`);
  if (!row) throw conflict('Nothing is held for this order');
  return row;
}

/** The coupon first, then the points, as everybody locks them. */
async function giveBack(tx: Transaction, { orderId, userId, coupon, points }: Row): Promise<void> {
  if (coupon !== null) await giveBackUse(tx, coupon);
  if (userId !== null && points > 0) {
    await enter(tx, { userId, reason: 'given back', reference: orderId, change: points });
  }
}

async function become(tx: Transaction, row: Row, change: Partial<Row>): Promise<Hold> {
  const next = { ...row, ...change };
  await tx.execute(sql`
    UPDATE holds SET state = ${next.state}, coupon = ${next.coupon}, points = ${next.points}, discount = ${next.discount},
      reason = ${next.reason} WHERE order_id = ${next.orderId}`);
  return toHold(next);
}

const columns = sql`order_id AS "orderId", state, user_id AS "userId", coupon, points, discount, reason, wish`;

function toHold({ orderId, state, discount, reason }: Row): Hold {
  return { orderId, state, discount, ...(reason && { reason }) };
}
