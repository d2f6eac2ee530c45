import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/** One step of the schema: a file `0001_create_orders.sql`. */
export interface Migration {
  readonly version: number;
  readonly file: string;
  readonly text: string;
  readonly checksum: string;
}

/** What the database remembers of a migration. */
export interface AppliedMigration {
  readonly version: number;
  readonly file: string;
  readonly checksum: string;
}

export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/** The part of a connection that migrations use. */
export interface MigrationClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>;
}

const NAME = /^(\d{4})_[a-z0-9_-]+\.sql$/;
/** Any number would do, as long as no other program locks the same in this database. */
export const MIGRATION_LOCK = '6120713424915893271';
const TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version integer PRIMARY KEY, file text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
)`;

/**
 * The migrations of a folder, in order.
 * @throws MigrationError for a name that is no `NNNN_name.sql`, and for two files with one number
 */
export function readMigrations(folder: URL): readonly Migration[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));
  return files.sort().map((file, index, all) => {
    const [, number] = NAME.exec(file) ?? [];
    if (!number) throw new MigrationError(`${file} is not named like 0001_create_orders.sql`);
    if (all[index - 1]?.startsWith(`${number}_`)) throw new MigrationError(`${all[index - 1]} and ${file} have the same number`);
    return migration(file, readFileSync(new URL(file, folder), 'utf8'));
  });
}

/** A migration by its file's name and text; line ends do not count. */
export function migration(file: string, text: string): Migration {
  const checksum = createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex');
  return { version: Number(file.slice(0, 4)), file, text, checksum };
}

/**
 * What is still to be applied. Migrations that only the database knows are fine: an older version of the service was rolled out.
 * @throws MigrationError for a file that has changed since, or that comes before one that was applied
 */
export function pending(migrations: readonly Migration[], applied: readonly AppliedMigration[]): readonly Migration[] {
  const known = new Map(applied.map((entry) => [entry.version, entry]));
  const last = Math.max(0, ...known.keys());
  return migrations.filter(({ version, file, checksum }) => {
    const entry = known.get(version);
    if (!entry && version < last)
      throw new MigrationError(`${file} comes too late: ${known.get(last)?.file} was applied before it. Give it a higher number`);
    if (entry && entry.checksum !== checksum) {
      throw new MigrationError(`${file} has changed since it was applied (as ${entry.file}). Undo the change and add a new migration`);
    }
    return !entry;
  });
}

/**
 * Applies what is to be applied, each in a transaction. Of several that try at once one works and the others wait for it.
 * @returns the files that were applied
 * @throws MigrationError naming the file that failed; those before it stay applied
 */
export async function migrate(client: MigrationClient, migrations: readonly Migration[]): Promise<readonly string[]> {
  await client.query('SET statement_timeout = 0');
  await client.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
  try {
    await client.query(TABLE);
    const { rows } = await client.query('SELECT version, file, checksum FROM schema_migrations');
    const toApply = pending(migrations, rows as AppliedMigration[]);
    for (const step of toApply) await apply(client, step);
    return toApply.map(({ file }) => file);
  } finally {
    await client.query(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`).catch(() => undefined); // a lost connection holds no lock
  }
}

async function apply(client: MigrationClient, { version, file, text, checksum }: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(text);
    await client.query('INSERT INTO schema_migrations (version, file, checksum) VALUES ($1, $2, $3)', [version, file, checksum]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw new MigrationError(`${file} failed: ${(error as Error).message}`, { cause: error });
  }
}
