import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { type RunningPostgres, startPostgres } from '../../chassis/src/embedded-postgres/embedded-postgres.ts';
import { EmbeddedPostgresError } from '../../chassis/src/embedded-postgres/errors.ts';
import { SvcError } from '../errors.ts';
import type { Memory } from './memory.ts';

/** The workspace's own PostgreSQL: started when somebody first needs it, started again when it dies, one database for each who asks. */
export interface DatabaseServer {
  readonly running: boolean;
  /** Connection string of a database with a role of its own; both are made where they are missing. */
  database(name: string): Promise<string>;
  /** The superuser's password, once there is one: it must not be shown. */
  secret(): string | undefined;
  stop(): Promise<void>;
}

export interface DatabaseServerOptions {
  readonly dataDir: string;
  readonly memory: Memory;
  readonly log: (line: string) => void;
  /** Told when the server's condition changes. */
  readonly changed: () => void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

export function databaseServer(options: DatabaseServerOptions): DatabaseServer {
  let starting: Promise<RunningPostgres> | undefined;
  let current: RunningPostgres | undefined;
  let stopped = false;
  const made = new Map<string, Promise<string>>();

  const ensure = () => (starting ??= start());
  const start = async () => {
    try {
      current = await startOnUsualPort(options);
      void current.exited.then(comeBack);
      options.changed();
      return current;
    } catch (error) {
      starting = undefined;
      throw translated(error);
    }
  };
  const comeBack = async () => {
    current = undefined;
    starting = undefined;
    options.changed();
    for (let wait = FIRST_PAUSE_MS; !stopped && current === undefined; wait = Math.min(LONGEST_PAUSE_MS, wait * 2)) {
      options.log('The database ended unexpectedly and is started again');
      await pause(wait);
      if (!stopped) await ensure().catch((error: unknown) => options.log(String(error)));
    }
  };
  return {
    get running() {
      return current !== undefined;
    },
    secret: () => (current ? new URL(current.url).password : undefined),
    database(name) {
      const known = made.get(name);
      if (known) return known;
      const making = ensure().then((server) => makeDatabase(server, name, options.memory.password(name)));
      made.set(name, making);
      making.catch(() => made.delete(name));
      return making;
    },
    async stop() {
      stopped = true;
      await (await starting?.catch(() => undefined))?.stop();
    },
  };
}

/** Services keep the connection string they were given, so the port stays; another one only where a stranger took it meanwhile. */
async function startOnUsualPort({ dataDir, memory, log }: DatabaseServerOptions): Promise<RunningPostgres> {
  const usual = memory.get().databasePort;
  try {
    const server = await startPostgres({ dataDir, log, ...(usual !== undefined && { port: usual }) });
    if (usual === undefined) memory.setDatabasePort(server.port);
    return server;
  } catch (error) {
    if (!(error instanceof EmbeddedPostgresError) || error.code !== 'port-taken') throw error;
    const server = await startPostgres({ dataDir, log });
    memory.setDatabasePort(server.port);
    return server;
  }
}

async function makeDatabase(server: RunningPostgres, name: string, password: string): Promise<string> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    const [role, secret] = [client.escapeIdentifier(name), client.escapeLiteral(password)];
    const { rows } = await client.query(
      'select exists (select from pg_roles where rolname = $1) as role, exists (select from pg_database where datname = $1) as database',
      [name],
    );
    await client.query(`${rows[0].role ? 'alter' : 'create'} role ${role} login password ${secret}`);
    if (!rows[0].database) await client.query(`create database ${role} owner ${role}`);
    await client.query(`revoke connect on database ${role} from public`);
  } finally {
    await client.end();
  }
  return `postgres://${encodeURIComponent(name)}:${encodeURIComponent(password)}@127.0.0.1:${server.port}/${encodeURIComponent(name)}`;
}

function translated(error: unknown): unknown {
  if (!(error instanceof EmbeddedPostgresError)) return error;
  return new SvcError(error.code === 'unsupported-platform' ? 'local/unavailable' : 'local/failed', error.message, {
    hint: 'Set DATABASE_URL to a PostgreSQL of your own, or see the log of the database: svc logs database',
    cause: error,
  });
}
