import type { Database, Transaction } from './database.ts';
import { MIGRATION_LOCK } from './migrations.ts';
import { sql, unsafeSql } from './sql.ts';

/** Tables that the chassis brings to a database: each step is applied once, in order. A released step never changes. */
export interface SchemaPart {
  readonly name: string;
  readonly steps: readonly string[];
}

const VERSIONS = `CREATE SCHEMA IF NOT EXISTS svckit;
CREATE TABLE IF NOT EXISTS svckit.schema_parts (name text PRIMARY KEY, version integer NOT NULL);`;

/** Applies what is missing of a part, under the lock of the service's own migrations. */
export async function bringUp(db: Database, part: SchemaPart): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(unsafeSql(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`));
    const version = await versionOf(tx, part.name);
    if (version >= part.steps.length) return; // what a newer version of the service brought is fine
    for (const step of part.steps.slice(version)) await tx.execute(unsafeSql(step));
    await tx.execute(sql`INSERT INTO svckit.schema_parts (name, version) VALUES (${part.name}, ${part.steps.length})
      ON CONFLICT (name) DO UPDATE SET version = excluded.version`);
  });
}

async function versionOf(tx: Transaction, name: string): Promise<number> {
  await tx.execute(unsafeSql(VERSIONS));
  const row = await tx.first<{ version: number }>(sql`SELECT version FROM svckit.schema_parts WHERE name = ${name}`);
  return row?.version ?? 0;
}
