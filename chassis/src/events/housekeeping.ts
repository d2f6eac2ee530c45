import type { Database } from '../postgres/database.ts';
import { sql } from '../postgres/sql.ts';

const MOST_ROWS = 10_000;

/**
 * Removes what nobody will ask for again: published events after a week, and after a month the memory of those that were handled. A
 * relay that comes up again may send an event twice, so the memory must outlast the longest time that a service is down.
 */
export async function clearOut(db: Database): Promise<void> {
  await db.execute(sql`
    DELETE FROM svckit.outbox WHERE id IN (
      SELECT id FROM (SELECT id, published_at FROM svckit.outbox ORDER BY id LIMIT ${MOST_ROWS}) AS oldest
      WHERE published_at < now() - interval '7 days')`);
  await db.execute(sql`
    DELETE FROM svckit.inbox WHERE ctid IN (
      SELECT ctid FROM svckit.inbox WHERE handled_at < now() - interval '30 days' LIMIT ${MOST_ROWS})`);
}
