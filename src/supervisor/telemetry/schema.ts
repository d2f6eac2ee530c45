import type { Pool } from 'pg';

/** In order; a database is at version n when the first n have run. Never change one that was shipped: add the next. */
const MIGRATIONS: readonly string[] = [
  `create table sources (
     digest bytea primary key,
     resource text not null,
     scope text not null
   );
   create table spans (
     trace_id text collate "C" not null,
     digest bytea not null,
     request_id text,
     source bytea not null,
     body text not null,
     primary key (trace_id, digest)
   );
   create index spans_by_request_id on spans (request_id) where request_id is not null;
   create index spans_by_source on spans (source);
   create table traces (
     trace_id text collate "C" primary key,
     start_ns bigint not null,
     end_ns bigint not null,
     seen_at timestamptz not null,
     spans bigint not null,
     errors bigint not null,
     services text[] not null,
     root_service text not null,
     root_name text not null,
     root_start_ns bigint not null,
     has_root boolean not null
   );
   create index traces_by_start on traces (start_ns);
   create index traces_by_duration on traces ((end_ns - start_ns));
   create index traces_by_seen_at on traces (seen_at);`,
];

/** Any number will do: two supervisors on one database take turns. */
const LOCK = 7_248_301;

/** Brings the database to the newest version. */
export async function migrate(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await client.query('create table if not exists svckit_schema (version int not null)');
    const { rows } = await client.query<{ version: number }>('select coalesce(max(version), 0) as version from svckit_schema');
    const pending = MIGRATIONS.slice(rows[0]?.version ?? 0);
    for (const migration of pending) await client.query(migration);
    if (pending.length > 0) await client.query('insert into svckit_schema values ($1)', [MIGRATIONS.length]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
