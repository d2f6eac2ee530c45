import { conflict } from '@svckit/chassis';
import { type Queryable, sql, type Transaction } from '@svckit/chassis/postgres';
import type { components } from '../api.ts';

export type Request = components['schemas']['Request'];
export type Outcome = components['schemas']['Outcome'];

/** Counts one more ask for a key, and says how many there were. */
export async function countAsk(db: Queryable, key: string): Promise<number> {
  const [asked] = await db.query<{ times: number }>(sql`
    INSERT INTO asks (key, times) VALUES (${key}, 1) ON CONFLICT (key) DO UPDATE SET times = asks.times + 1 RETURNING times`);
  return asked?.times ?? 1;
}

/**
 * Does an operation once for each key.
 * @throws Problem 409 where the key stands for another operation
 */
export async function operate(tx: Transaction, key: string, request: Request): Promise<Outcome> {
  const { kind, reference, amount, card } = request;
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${reference}, 0))`);
  const known = await tx.first<Request & Outcome>(sql`
    SELECT kind, reference, amount::float8 AS amount, card, approved FROM operations WHERE key = ${key}`);
  if (known) return asBefore(known, request);
  const approved = await isCovered(tx, request);
  await tx.execute(sql`
    INSERT INTO operations (key, kind, reference, amount, card, approved)
    VALUES (${key}, ${kind}, ${reference}, ${amount}, ${card}, ${approved})`);
  return { approved };
}

function asBefore(known: Request & Outcome, { kind, reference, amount }: Request): Outcome {
  const isSame = known.kind === kind && known.reference === reference.toLowerCase() && known.amount === amount;
  if (!isSame) throw conflict('This key stands for another operation');
  return { approved: known.approved };
}

/** Money is captured or voided where it is authorised, and refunded where it was captured. */
async function isCovered(tx: Transaction, { kind, reference, amount, card }: Request): Promise<boolean> {
  if (kind === 'AUTHORISE') return card !== 'card-declined';
  const { isAuthorised, open, captured } = await balance(tx, reference);
  return isAuthorised && amount <= (kind === 'REFUND' ? captured : open);
}

async function balance(tx: Transaction, reference: string) {
  const sums = await tx.query<{ kind: Request['kind']; amount: number }>(sql`
    SELECT kind, sum(amount)::float8 AS amount FROM operations WHERE reference = ${reference} AND approved GROUP BY kind`);
  const sum = (kind: Request['kind']) => sums.find((row) => row.kind === kind)?.amount ?? 0;
  const captured = sum('CAPTURE');
  const isAuthorised = sums.some((row) => row.kind === 'AUTHORISE'); // be it of nothing: what costs nothing is voided too
  return { isAuthorised, open: sum('AUTHORISE') - captured - sum('VOID'), captured: captured - sum('REFUND') };
}
