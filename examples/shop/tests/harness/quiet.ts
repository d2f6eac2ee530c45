import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { check } from '../../checker/check.ts';
import { readBooks } from '../../checker/read.ts';
import type { Violation } from '../../checker/violation.ts';
import type { History } from './buyer.ts';
import type { Databases } from './databases.ts';

/** What is still under way, in one number for each database that knows. */
const UNDER_WAY: Readonly<Partial<Record<keyof Databases, string>>> = {
  orders: `SELECT (SELECT count(*) FROM orders WHERE state = 'PENDING') + (SELECT count(*) FROM svckit.outbox WHERE published_at IS NULL)
    + (SELECT count(*) FROM svckit.sagas WHERE due_at IS NOT NULL)`,
  payments: `SELECT (SELECT count(*) FROM payments WHERE state <> wanted AND state <> 'declined')
    + (SELECT count(*) FROM svckit.outbox WHERE published_at IS NULL)`,
  inventory: 'SELECT count(*) FROM svckit.outbox WHERE published_at IS NULL',
  promotions: 'SELECT count(*) FROM svckit.outbox WHERE published_at IS NULL',
  products: 'SELECT count(*) FROM svckit.outbox WHERE published_at IS NULL',
  events: `SELECT count(*) FROM event_log.leases l JOIN event_log.partitions p USING (topic, partition) WHERE l.next_offset < p.next_offset`,
};

/** How often in a row nothing may be found under way: what is between two databases is in neither of them. */
const TIMES_QUIET = 2;
const PAUSE_MS = 60;

/** Waits until nothing is under way any more. Returns whether that came in time. */
export async function becomesQuiet(databases: Databases, withinMs = 20_000): Promise<boolean> {
  const clients = await Promise.all(
    Object.entries(UNDER_WAY).map(async ([name, sql]) => {
      const client = new pg.Client({ connectionString: databases[name as keyof Databases] });
      await client.connect();
      return { client, sql };
    }),
  );
  const busy = async () => (await Promise.all(clients.map(({ client, sql }) => client.query(sql)))).some(({ rows }) => Number(Object.values(rows[0])[0]) > 0);
  try {
    let quiet = 0;
    for (const end = Date.now() + withinMs; quiet < TIMES_QUIET && Date.now() < end; await sleep(PAUSE_MS)) {
      quiet = (await busy()) ? 0 : quiet + 1;
    }
    return quiet >= TIMES_QUIET;
  } finally {
    await Promise.all(clients.map(({ client }) => client.end()));
  }
}

/**
 * Everything that is wrong once nothing is under way any more. Where it never becomes quiet, the violations say what is left: an
 * order that is not decided, an event that was not handled.
 */
export async function verdict(databases: Databases, history: History, withinMs?: number): Promise<readonly Violation[]> {
  await becomesQuiet(databases, withinMs);
  return check({ books: await readBooks(databases), history, isQuiet: true });
}
