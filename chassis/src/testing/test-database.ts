import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningPostgres } from '../embedded-postgres/embedded-postgres.ts';
import { guard } from './guardian.ts';

export interface TestDatabase {
  readonly url: string;
  /** Ends its sessions and drops it; calling it again does nothing more. With the last one, an embedded server ends too. */
  stop(): Promise<void>;
}

/** A server that databases are made in, and how many are in use. */
interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

let embedded: Promise<Server> | undefined;
let inUse = 0;

/**
 * A fresh, empty database: in the server that `TEST_DATABASE_URL` names (its role must be allowed to create databases), else
 * in an embedded one, started with the first database of the process and ended with the last.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const named = process.env['TEST_DATABASE_URL'];
  inUse++;
  const server = named ? { url: named, stop: async () => undefined } : await embeddedServer();
  const name = `test_${randomBytes(8).toString('hex')}`;
  await execute(server.url, `CREATE DATABASE ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  let stopped: Promise<void> | undefined;
  return {
    url: url.href,
    stop() {
      stopped ??= stop(server, name);
      return stopped;
    },
  };
}

async function stop(server: Server, name: string): Promise<void> {
  inUse--;
  if (inUse > 0 || !embedded) return execute(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  embedded = undefined;
  await server.stop();
}

function embeddedServer(): Promise<Server> {
  embedded ??= startEmbedded();
  return embedded;
}

/** Loaded only where it is used: its package is optional. */
async function startEmbedded(): Promise<Server> {
  const { startPostgres } = await import('../embedded-postgres/embedded-postgres.ts');
  const dataDir = await mkdtemp(join(tmpdir(), 'svckit-test-'));
  // Under root the server runs as somebody else, who has to get there.
  await chmod(dataDir, 0o711);
  const server: RunningPostgres = await startPostgres({ dataDir });
  const release = guard(server.pid, dataDir);
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
      release();
    },
  };
}

/** The driver is loaded here: a service without a database has none, and its tests import this module too. */
async function execute(url: string, statement: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
