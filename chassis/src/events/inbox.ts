import type { Transaction } from '../postgres/database.ts';
import { sql } from '../postgres/sql.ts';
import { hasLetters, lockKey } from './dead-letters.ts';
import type { CloudEvent } from './event.ts';

/** What is to be done with an event that came: it is new, it was handled before, or an earlier one of its key is a dead letter. */
export type Admission = 'new' | 'known' | 'parked';

/**
 * Remembers an event in the transaction that handles it. Where another process handles the same event at the moment, this waits for
 * what becomes of that.
 */
export async function admit(tx: Transaction, { source, id, subject }: CloudEvent): Promise<Admission> {
  const row = await tx.first<{ is_new: boolean; parked: boolean }>(sql`
    WITH added AS (INSERT INTO svckit.inbox (source, event_id) VALUES (${source}, ${id}) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT EXISTS (SELECT FROM added) AS is_new, EXISTS (SELECT FROM svckit.dead_letters WHERE key = ${subject}) AS parked`);
  if (!row?.is_new) return 'known';
  if (!row.parked) return 'new';
  await lockKey(tx, subject);
  return (await hasLetters(tx, subject)) ? 'parked' : 'new';
}
