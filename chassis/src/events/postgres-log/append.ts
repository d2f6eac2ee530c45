import type { Database } from '../../postgres/database.ts';
import { sql } from '../../postgres/sql.ts';
import type { NewRecord } from '../event-log.ts';
import { partitionOf } from './partition.ts';

/** Where readers listen for what was appended: `<topic> <partition>,<partition>…`. */
export const APPENDED = 'event_log_appended';

/**
 * Appends records in one statement, so all of them or none. The partitions' rows are taken in one order by everybody: two who
 * append at once wait for each other and never for ever.
 */
export async function append(db: Database, records: readonly NewRecord[]): Promise<void> {
  if (records.length === 0) return;
  const topics = records.map(({ topic }) => topic);
  const partitions = records.map(({ key }) => partitionOf(key));
  const keys = records.map(({ key }) => key);
  const values = records.map(({ value }) => value);
  await db.execute(sql`
    WITH given AS (
      SELECT *, row_number() OVER (PARTITION BY topic, partition ORDER BY nr) AS nth
      FROM unnest(${topics}::text[], ${partitions}::integer[], ${keys}::text[], ${values}::text[]) WITH ORDINALITY AS g (topic, partition, key, value, nr)
    ), sizes AS (
      SELECT topic, partition, count(*) AS size FROM given GROUP BY topic, partition
    ), claimed AS (
      INSERT INTO event_log.partitions AS p (topic, partition, next_offset)
      SELECT topic, partition, size FROM sizes ORDER BY topic, partition
      ON CONFLICT (topic, partition) DO UPDATE SET next_offset = p.next_offset + excluded.next_offset
      RETURNING topic, partition, next_offset
    ), kept AS (
      INSERT INTO event_log.records (topic, partition, "offset", key, value)
      SELECT topic, partition, next_offset - size + nth - 1, key, value
      FROM given JOIN sizes USING (topic, partition) JOIN claimed USING (topic, partition)
    )
    SELECT pg_notify(${APPENDED}, topic || ' ' || string_agg(partition::text, ',')) FROM sizes GROUP BY topic`);
}
