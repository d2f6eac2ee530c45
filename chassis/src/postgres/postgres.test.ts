import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '../config/config.ts';
import { createLogger } from '../logs/logs.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { NeedContext, Started } from '../service/need.ts';
import { startTelemetry } from '../telemetry/telemetry.ts';
import { type TestDatabase, testDatabase } from '../testing/testing.ts';
import { type Database, DatabaseError, isViolation, type PostgresOptions, postgres, sql } from './postgres.ts';

const identity = { service: 'orders', version: '1.0.0' };
let server: TestDatabase;
const running: Started<Database>[] = [];

beforeAll(async () => {
  server = await testDatabase();
});

afterAll(async () => {
  await Promise.all(running.map(({ stop }) => stop?.()));
  await server.stop();
});

async function start(options: PostgresOptions = {}, address = server.url) {
  const need = postgres(options);
  const lines: Record<string, unknown>[] = [];
  const metrics = createMetrics(identity);
  const context: NeedContext<never> = {
    name: 'db',
    config: readConfig(need.fields, { env: { DATABASE_URL: address }, readFile: () => '' }) as never,
    log: createLogger(identity, { write: (line) => lines.push(JSON.parse(line)), flush: async () => undefined }),
    metrics,
    tracer: startTelemetry(identity).tracer,
    signal: new AbortController().signal,
    use: () => Promise.reject(new Error('nothing else is needed')),
  };
  const started = await need.start(context);
  running.push(started);
  return { db: started.value, ready: () => started.ready?.(), metrics, lines };
}

function migrations(files: Readonly<Record<string, string>>): URL {
  const folder = mkdtempSync(join(tmpdir(), 'svckit-migrations-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return pathToFileURL(`${folder}/`);
}

it('passes values beside the statement, never in it', async () => {
  const { db } = await start();
  const evil = "'; DROP TABLE orders; --";
  expect(await db.first(sql`SELECT ${evil}::text AS said, ${2}::int + 1 AS three`)).toEqual({ said: evil, three: 3 });
});

it('commits a transaction that ends well, and nothing of one that throws', async () => {
  const { db } = await start();
  await db.execute(sql`CREATE TABLE notes (text text UNIQUE)`);
  await db.transaction(async (tx) => tx.execute(sql`INSERT INTO notes VALUES ('kept')`));
  const failed = db.transaction(async (tx) => {
    await tx.execute(sql`INSERT INTO notes VALUES ('lost')`);
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  expect(await db.query(sql`SELECT text FROM notes`)).toEqual([{ text: 'kept' }]);
  const twice = await db.execute(sql`INSERT INTO notes VALUES ('kept')`).catch((error: unknown) => error);
  expect([isViolation(twice), isViolation(twice, 'notes_text_key'), isViolation(twice, 'other')]).toEqual([true, true, false]);
});

it('lets one of two instances migrate while the other waits', async () => {
  const folder = migrations({
    '0001_slow.sql': 'SELECT pg_sleep(0.3); CREATE TABLE once (n int);',
    '0002_fill.sql': 'INSERT INTO once VALUES (1)',
  });
  const [one, two] = await Promise.all([start({ migrations: folder }), start({ migrations: folder })]);
  expect(await two.db.query(sql`SELECT n FROM once`)).toEqual([{ n: 1 }]);
  expect([...one.lines, ...two.lines].filter(({ message }) => message === 'database migrated')).toMatchObject([
    { applied: ['0001_slow.sql', '0002_fill.sql'] },
  ]);
});

it('does not start on a migration that has changed, and names it', async () => {
  const fresh = await testDatabase();
  const before = migrations({ '0001_a.sql': 'CREATE TABLE a (n int)' });
  const { db } = await start({ migrations: before }, fresh.url);
  expect(await db.query(sql`SELECT version, file FROM schema_migrations`)).toEqual([{ version: 1, file: '0001_a.sql' }]);
  const after = migrations({ '0001_a.sql': 'CREATE TABLE a (n bigint)' });
  await expect(start({ migrations: after }, fresh.url)).rejects.toThrow('0001_a.sql has changed since it was applied');
  await fresh.stop();
});

it('keeps nothing of a migration that fails, and names it', async () => {
  const fresh = await testDatabase();
  const folder = migrations({ '0001_ok.sql': 'CREATE TABLE ok (n int)', '0002_bad.sql': 'CREATE TABLE half (n int); SELECT 1/0;' });
  await expect(start({ migrations: folder }, fresh.url)).rejects.toThrow('0002_bad.sql failed: division by zero');
  const { db } = await start({}, fresh.url);
  const left = await db.query(sql`SELECT to_regclass('ok') IS NOT NULL AS ok, to_regclass('half') IS NOT NULL AS half`);
  expect(left).toEqual([{ ok: true, half: false }]);
  await fresh.stop();
});

it('says that the database is gone when its connections are cut, and works again by itself', async () => {
  const { db, ready } = await start();
  const hit = db.query(sql`SELECT pg_sleep(5)`).catch((error: unknown) => error);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await cutConnections();
  expect(await hit).toBeInstanceOf(DatabaseError);
  await expect.poll(() => ready()?.then(() => 'ready')).toBe('ready');
  expect(await db.first(sql`SELECT 1 AS one`)).toEqual({ one: 1 });
});

it('outlives a connection that is cut between two statements of a transaction', async () => {
  const { db } = await start();
  const work = db.transaction(async (tx) => {
    await tx.execute(sql`SELECT 1`);
    await cutConnections();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await tx.execute(sql`SELECT 1`);
  });
  await expect(work).rejects.toBeInstanceOf(DatabaseError);
  expect(await db.first(sql`SELECT 1 AS one`)).toEqual({ one: 1 });
});

it('waits for a server that is not there', async () => {
  await expect(start({}, 'postgres://nobody:secret@127.0.0.1:9/none')).rejects.toMatchObject({ name: 'NotReachable' });
});

it('counts its connections', async () => {
  const { db, metrics } = await start();
  await db.query(sql`SELECT 1`);
  expect(await metrics.text()).toContain('db_client_connections{state="idle"} 1');
});

async function cutConnections(): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()',
  );
  await client.end();
}
