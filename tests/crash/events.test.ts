import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CRASH_POINTS } from '../../chassis/src/crash-point.ts';
import { type TestDatabase, testDatabase } from '../../chassis/src/testing/testing.ts';
import { bundled, runProgram } from './program.ts';

const DEEDS = 12;
const KEYS = 3;
/** Those that stand in what the program does; the rest is for sagas. */
const POINTS = CRASH_POINTS.filter((point) => !point.startsWith('saga:'));

const MIGRATION = `
CREATE TABLE keys (key text PRIMARY KEY, made integer NOT NULL DEFAULT 0);
INSERT INTO keys (key) VALUES ('a'), ('b'), ('c');
CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, key text NOT NULL, number integer NOT NULL);
`;
const OPENAPI = `
openapi: 3.1.0
info: { title: Deeds, version: 1.0.0 }
paths: { /: { get: { operationId: ask, responses: { '200': { description: Done } } } } }
`;
const ASYNCAPI = `
asyncapi: 3.0.0
info: { title: Deeds, version: 1.0.0 }
channels: { deeds: { address: deeds, messages: { DONE: { payload: { type: object, required: [number] } } } } }
operations:
  tell: { action: send, channel: { $ref: '#/channels/deeds' } }
  hear: { action: receive, channel: { $ref: '#/channels/deeds' } }
`;

let program = '';
let database: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'svckit-crash-events-'));
const report = join(folder, 'reached');

beforeAll(async () => {
  mkdirSync(join(folder, 'migrations'));
  writeFileSync(join(folder, 'migrations/0001_deeds.sql'), MIGRATION);
  writeFileSync(join(folder, 'openapi.yaml'), OPENAPI);
  writeFileSync(join(folder, 'asyncapi.yaml'), ASYNCAPI);
  writeFileSync(join(folder, 'package.json'), '{ "name": "deeds" }');
  writeFileSync(report, '');
  program = await bundled('events-program');
  database = await testDatabase();
});
afterAll(async () => {
  await database.stop();
  rmSync(folder, { recursive: true });
});

const start = (url: string, crash = '') =>
  runProgram(program, {
    DATABASE_URL: url,
    EVENTS_URL: url,
    PORT: '0',
    HOST: '127.0.0.1',
    FOLDER: folder,
    DEEDS: String(DEEDS),
    SVCKIT_CRASH: crash,
    SVCKIT_CRASH_REPORT: report,
  });

async function effects(url: string): Promise<Readonly<Record<string, readonly number[]>>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query('SELECT key, array_agg(number ORDER BY id) AS numbers FROM effects GROUP BY key ORDER BY key');
  await client.end();
  return Object.fromEntries(rows.map(({ key, numbers }) => [key, numbers]));
}

const IN_ORDER = Array.from({ length: DEEDS }, (_, index) => index + 1);
const CASES = POINTS.flatMap((point) => [1, 2].map((hit) => `${point}:${hit}`));

it.each(CASES)('loses no event, applies none twice and keeps their order when it is killed at %s', async (crash) => {
  const fresh = await testDatabase();
  const killed = await start(fresh.url, crash);
  expect(killed, killed.output).toMatchObject({ signal: 'SIGKILL' });
  const ended = await start(fresh.url);
  expect(ended, ended.output).toMatchObject({ code: 0 });
  const seen = await effects(fresh.url);
  expect(Object.keys(seen)).toHaveLength(KEYS);
  for (const numbers of Object.values(seen)) expect(numbers).toEqual(IN_ORDER);
  await fresh.stop();
});

it('has reached every point', () => {
  const reached = new Set(readFileSync(report, 'utf8').split('\n'));
  expect(POINTS.filter((point) => !reached.has(point))).toEqual([]);
});
