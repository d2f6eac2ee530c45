import { Problem } from '@svckit/chassis';
import { type Queryable, sql } from '@svckit/chassis/postgres';

const MOST = 10;
const WINDOW_SECONDS = 900;
const isOver = sql`known.since < now() - make_interval(secs => ${WINDOW_SECONDS})`;

/**
 * Counts an attempt to sign in, before it is made: so many guesses at once are counted as so many.
 * @throws Problem 429 where there were too many in the last quarter of an hour
 */
export async function countAttempt(db: Queryable, email: string): Promise<void> {
  const counted = await db.first<{ count: number; wait: number }>(sql`
    INSERT INTO attempts AS known (email, count, since) VALUES (${email}, 1, now())
    ON CONFLICT (email) DO UPDATE SET
      count = CASE WHEN ${isOver} THEN 1 ELSE known.count + 1 END,
      since = CASE WHEN ${isOver} THEN now() ELSE known.since END
    RETURNING count, ceil(extract(epoch FROM since - now()) + ${WINDOW_SECONDS})::integer AS wait`);
  if (!counted || counted.count <= MOST) return;
  const headers = { 'retry-after': String(counted.wait) };
  throw new Problem({ status: 429, detail: 'Too many attempts to sign in', headers });
}

/** Who has signed in may fail again. */
export async function forgetAttempts(db: Queryable, email: string): Promise<void> {
  await db.execute(sql`DELETE FROM attempts WHERE email = ${email}`);
}

/** Forgets attempts that count no more. */
export async function forgetOldAttempts(db: Queryable): Promise<boolean> {
  await db.execute(sql`DELETE FROM attempts AS known WHERE ${isOver}`);
  return false;
}
