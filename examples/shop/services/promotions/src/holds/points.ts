import { type Queryable, sql, type Transaction } from '@svckit/chassis/postgres';

/** Why points come or go, and by what: a grant, or an order. */
export interface Entry {
  readonly userId: string;
  readonly reason: 'granted' | 'held' | 'given back' | 'held again';
  readonly reference: string;
  readonly change: number;
}

export async function balanceOf(db: Queryable, userId: string): Promise<number> {
  const found = await db.first<{ balance: number }>(sql`SELECT balance FROM points WHERE user_id = ${userId}`);
  return found?.balance ?? 0;
}

/** Enters a change once, however often it is told. False where the user has not as many points. */
export async function enter(tx: Transaction, { userId, reason, reference, change }: Entry): Promise<boolean> {
  await tx.execute(sql`INSERT INTO points (user_id, balance) VALUES (${userId}, 0) ON CONFLICT DO NOTHING`);
  const locked = await tx.first<{ balance: number }>(
    sql`SELECT balance FROM points WHERE user_id = ${userId} FOR UPDATE`,
  );
  if ((locked?.balance ?? 0) + change < 0) return false;
  const isNew = await tx.execute(sql`
    INSERT INTO points_ledger (user_id, reason, reference, change) VALUES (${userId}, ${reason}, ${reference}, ${change})
    ON CONFLICT DO NOTHING`);
  if (isNew) await tx.execute(sql`UPDATE points SET balance = balance + ${change} WHERE user_id = ${userId}`);
  return true;
}
