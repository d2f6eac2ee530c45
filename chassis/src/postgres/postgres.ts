import type pg from 'pg';
import { url } from '../config/fields.ts';
import { NotReachable } from '../failure.ts';
import type { Logger } from '../logs/logs.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Need, Started } from '../service/need.ts';
import { createDatabase, type Database } from './database.ts';
import { isUnreachable } from './errors.ts';
import { migrate, readMigrations } from './migrations.ts';
import { createPool } from './pool.ts';

export { afterCommit, type Database, type Queryable, type Transaction, type TransactionOptions } from './database.ts';
export { DatabaseError, isViolation } from './errors.ts';
export { MigrationError } from './migrations.ts';
export { type Sql, sql } from './sql.ts';

export interface PostgresOptions {
  /** A folder of `NNNN_name.sql` files, applied before the service starts. */
  readonly migrations?: URL;
  /** Default `DATABASE_URL`. */
  readonly variable?: string;
  /** The most connections that one instance of the service opens; default 10. */
  readonly poolSize?: number;
}

/** The need of a PostgreSQL database. The service waits for it to start, and is not ready while it is gone. */
export function postgres(options: PostgresOptions = {}): Need<Database, ReturnType<typeof fieldsOf>> {
  return {
    fields: fieldsOf(options.variable ?? 'DATABASE_URL'),
    async start({ name, config, log, metrics, tracer }) {
      const pool = createPool(config.url, options.poolSize ?? 10);
      pool.on('error', (error) => log.warn({ error }, `${name}: an idle connection was lost`));
      try {
        await prepare(pool, options.migrations, log);
      } catch (error) {
        await pool.end();
        throw isUnreachable(error) ? new NotReachable((error as Error).message || 'no answer', { cause: error }) : error;
      }
      countConnections(pool, metrics);
      return started(pool, createDatabase({ pool, tracer, attributes: attributesOf(config.url) }));
    },
  };
}

function fieldsOf(variable: string) {
  return { url: url(variable, { protocols: ['postgres:', 'postgresql:'], secret: true }) };
}

/** Reaches the database once, and brings its schema up to date. */
async function prepare(pool: pg.Pool, folder: URL | undefined, log: Logger): Promise<void> {
  const migrations = folder ? readMigrations(folder) : [];
  const client = await pool.connect();
  try {
    if (migrations.length === 0) return;
    const applied = await migrate(client, migrations);
    if (applied.length > 0) log.info({ applied }, 'database migrated');
  } finally {
    client.release(true); // its settings were changed
  }
}

function started(pool: pg.Pool, value: Database): Started<Database> {
  return {
    value,
    async ready() {
      // A pool at its limit is a busy service, not a lost database: taking its traffic away would load its siblings the more.
      const busy = pool.totalCount >= pool.options.max && pool.idleCount === 0;
      if (!busy) await pool.query('SELECT 1');
    },
    stop: () => pool.end(),
  };
}

function attributesOf({ hostname, port, pathname }: URL) {
  return {
    'db.system.name': 'postgresql',
    'db.namespace': decodeURIComponent(pathname.slice(1)),
    'server.address': hostname,
    'server.port': Number(port || 5432),
  };
}

/** The states of all connections; a service with two databases adds them up. */
function countConnections(pool: pg.Pool, metrics: Metrics): void {
  const pools = counted.get(metrics);
  if (pools) {
    pools.push(pool);
    return;
  }
  const all = [pool];
  counted.set(metrics, all);
  metrics.gauge({
    name: 'db_client_connections',
    help: 'Connections to the database, by what they are doing',
    labels: ['state'],
    collect(gauge) {
      const sum = (count: (pool: pg.Pool) => number) => all.reduce((total, one) => total + count(one), 0);
      gauge.set(
        { state: 'idle' },
        sum(({ idleCount }) => idleCount),
      );
      gauge.set(
        { state: 'used' },
        sum(({ totalCount, idleCount }) => totalCount - idleCount),
      );
      gauge.set(
        { state: 'pending' },
        sum(({ waitingCount }) => waitingCount),
      );
    },
  });
}

const counted = new WeakMap<Metrics, pg.Pool[]>();
