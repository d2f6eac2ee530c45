import { type Database, sql, type Transaction } from '@svckit/chassis/postgres';
import type { components } from '../api.ts';

export type Coupon = components['schemas']['Coupon'];

/** Issues a coupon, unless there is one of that code. */
export async function issue(db: Database, { code, discount, usesLeft }: Coupon): Promise<Coupon> {
  await db.execute(sql`
    INSERT INTO coupons (code, discount, uses, uses_left) VALUES (${code}, ${discount}, ${usesLeft}, ${usesLeft})
    ON CONFLICT DO NOTHING`);
  const found = await db.first<Coupon>(sql`
    SELECT code, discount, uses_left AS "usesLeft" FROM coupons WHERE code = ${code}`);
  return found as Coupon;
}

/** Takes one use, and says what it is worth; undefined where none is left. Its row stays locked until the transaction ends. */
export async function takeUse(tx: Transaction, code: string): Promise<number | undefined> {
  const taken = await tx.first<{ discount: number }>(sql`
    UPDATE coupons SET uses_left = uses_left - 1 WHERE code = ${code} AND uses_left > 0 RETURNING discount`);
  return taken?.discount;
}

export async function giveBackUse(tx: Transaction, code: string): Promise<void> {
  await tx.execute(sql`UPDATE coupons SET uses_left = uses_left + 1 WHERE code = ${code}`);
}
