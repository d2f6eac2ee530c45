import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startPostgres } from '@svckit/chassis/embedded-postgres';
import pg from 'pg';
import { CORE, folderOf, HAS_EVENTS, type ServiceName } from './services.ts';

/** The events all services share are in a database of their own. */
export type DatabaseName = ServiceName | 'events';

export const DATABASES: readonly DatabaseName[] = [...CORE, 'events'];

/** A PostgreSQL server, with a migrated template of each database. */
export interface Server {
  readonly url: string;
  stop(): Promise<void>;
  /** Ends it as a power cut does, and starts it again on the same port. */
  crash(): Promise<void>;
}

/** A server of our own, empty but for the templates. It keeps no promise to survive a power cut: nothing here outlives the tests. */
export async function startServer(): Promise<Server> {
  const dataDir = await mkdtemp(join(tmpdir(), 'shop-test-'));
  await chmod(dataDir, 0o711); // under root the server runs as somebody else
  let running = await startPostgres({ dataDir });
  const { url, port } = running;
  await query(url, ['ALTER SYSTEM SET fsync = off', 'SELECT pg_reload_conf()']);
  await makeTemplates(url);
  return {
    url,
    async stop() {
      await running.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
    async crash() {
      process.kill(running.pid, 'SIGKILL');
      await running.exited;
      running = await startPostgres({ dataDir, port });
    },
  };
}

/** Databases for one shop, by name. */
export type Databases = Readonly<Record<DatabaseName, string>>;

/** Makes a shop's databases from the templates. */
export async function makeDatabases(server: string): Promise<Databases> {
  const suffix = randomBytes(4).toString('hex');
  await query(server, DATABASES.map((name) => `CREATE DATABASE shop_${name}_${suffix} TEMPLATE shop_${name} STRATEGY file_copy`));
  return Object.fromEntries(DATABASES.map((name) => [name, databaseUrl(server, `shop_${name}_${suffix}`)])) as Databases;
}

export async function dropDatabases(server: string, databases: Databases): Promise<void> {
  const names = Object.values(databases).map((url) => new URL(url).pathname.slice(1));
  await query(server, names.map((name) => `DROP DATABASE ${name} WITH (FORCE)`));
}

async function makeTemplates(server: string): Promise<void> {
  await query(server, DATABASES.map((name) => `CREATE DATABASE shop_${name}`));
  for (const service of CORE) await migrate(server, service);
}

/** What a deploy does before a new version is rolled out. */
async function migrate(server: string, service: ServiceName): Promise<void> {
  const child = spawn(process.execPath, ['dist/main.js', 'migrate'], {
    cwd: folderOf(service),
    env: {
      ...peersNowhere(),
      PATH: process.env['PATH'],
      DATABASE_URL: databaseUrl(server, `shop_${service}`),
      ...(HAS_EVENTS.has(service) && { EVENTS_URL: databaseUrl(server, 'shop_events') }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = text(child.stdout);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${service} cannot be migrated: ${await said}`);
}

/** A migration calls nobody, but the service's configuration must be whole. */
function peersNowhere(): Readonly<Record<string, string>> {
  return Object.fromEntries(CORE.map((name) => [urlVariable(name), 'http://127.0.0.1:9']));
}

export function urlVariable(service: ServiceName): string {
  return `${service.toUpperCase()}_URL`;
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs statements one after the other on a connection of their own. */
export async function query(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
