import { createDatabase, type Database } from '../../postgres/database.ts';
import { createPool } from '../../postgres/pool.ts';
import { bringUp } from '../../postgres/schema-part.ts';
import { sql } from '../../postgres/sql.ts';
import { createTracer } from '../../telemetry/tracer.ts';
import type { EventLog, Lag } from '../event-log.ts';
import { APPENDED, append } from './append.ts';
import { startConsumer } from './consumer.ts';
import { REGROUPED } from './leases.ts';
import { listen } from './listener.ts';
import { LOG_SCHEMA } from './schema.ts';

export interface PostgresLogOptions {
  /** How long a consumer that died keeps others from its partitions; 10 s by default. */
  readonly leaseMs?: number;
  readonly poolSize?: number;
  onError?(error: unknown): void;
}

const LEASE_MS = 10_000;
const POOL_SIZE = 4;

/**
 * The event log in a PostgreSQL database, which all who share the log name alike. Its tables are made where they are missing.
 * @throws DatabaseError where the database does not answer
 */
export async function postgresLog(address: URL, options: PostgresLogOptions = {}): Promise<EventLog> {
  const pool = createPool(address, options.poolSize ?? POOL_SIZE);
  pool.on('error', (error) => options.onError?.(error));
  // Whoever uses the log makes spans of what they send and handle; its own queries would only hide them.
  const db = createDatabase({ pool, tracer: createTracer({ sampler: () => false, onEnd: () => {} }), attributes: {} });
  try {
    await bringUp(db, { name: 'event_log', steps: LOG_SCHEMA });
  } catch (error) {
    await pool.end();
    throw error;
  }
  const listener = listen(address, [APPENDED, REGROUPED]);
  return {
    system: 'postgresql',
    append: (records) => append(db, records),
    consume: (consumption) => startConsumer({ db, listener, leaseMs: options.leaseMs ?? LEASE_MS }, consumption),
    lag: (group, topics) => lag(db, group, topics),
    async close() {
      await listener.close();
      await pool.end();
    },
  };
}

async function lag(db: Database, group: string, topics: readonly string[]): Promise<readonly Lag[]> {
  const rows = await db.query<{ topic: string; partition: number; records: string }>(sql`
    SELECT p.topic, p.partition, p.next_offset - coalesce(l.next_offset, 0) AS records
    FROM event_log.partitions AS p
    LEFT JOIN event_log.leases AS l ON l."group" = ${group} AND l.topic = p.topic AND l.partition = p.partition
    WHERE p.topic = ANY (${topics}) ORDER BY p.topic, p.partition`);
  return rows.map(({ records, ...at }) => ({ ...at, records: Number(records) }));
}
