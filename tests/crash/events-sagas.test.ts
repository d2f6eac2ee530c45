import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CRASH_POINTS } from '../../chassis/src/crash-point.ts';
import { type TestDatabase, testDatabase } from '../../chassis/src/testing/testing.ts';
import { bundled, runProgram } from './program.ts';

/** Those that a coordinator passes. */
const POINTS = CRASH_POINTS.filter((point) => point.startsWith('saga:') || point.startsWith('transaction:'));

/** A decision that is made twice breaks the key of its table. */
const MIGRATION = `
CREATE TABLE happened (id text, step text, PRIMARY KEY (id, step));
CREATE TABLE tombstones (id text, step text, PRIMARY KEY (id, step));
CREATE TABLE decisions (id text PRIMARY KEY, outcome text);
`;
const OPENAPI = `
openapi: 3.1.0
info: { title: Deals, version: 1.0.0 }
paths: { /: { get: { operationId: ask, responses: { '200': { description: Done } } } } }
`;

let program = '';
let database: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'svckit-crash-sagas-'));
const report = join(folder, 'reached');

beforeAll(async () => {
  mkdirSync(join(folder, 'migrations'));
  writeFileSync(join(folder, 'migrations/0001_deals.sql'), MIGRATION);
  writeFileSync(join(folder, 'openapi.yaml'), OPENAPI);
  writeFileSync(report, '');
  program = await bundled('events-sagas-program');
  database = await testDatabase();
});
afterAll(async () => {
  await database.stop();
  rmSync(folder, { recursive: true });
});

const start = (url: string, crash = '') =>
  runProgram(program, {
    DATABASE_URL: url,
    PORT: '0',
    HOST: '127.0.0.1',
    FOLDER: folder,
    SVCKIT_CRASH: crash,
    SVCKIT_CRASH_REPORT: report,
  });

async function outcomes(url: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(`
    SELECT d.id || ' ' || outcome || ' ' || coalesce(string_agg(step, ',' ORDER BY step), 'nothing') AS line
    FROM decisions AS d LEFT JOIN happened AS h USING (id) GROUP BY d.id, outcome ORDER BY d.id`);
  await client.end();
  return rows.map(({ line }) => line);
}

const CASES = POINTS.flatMap((point) => [1, 2, 6].map((hit) => `${point}:${hit}`));

it.each(CASES)('ends each saga with everything done or nothing when it is killed at %s', async (crash) => {
  const fresh = await testDatabase();
  const killed = await start(fresh.url, crash);
  expect(killed, killed.output).toMatchObject({ signal: 'SIGKILL' });
  const ended = await start(fresh.url);
  expect(ended, ended.output).toMatchObject({ code: 0 });
  const [all, none] = ['confirmed authorise,capture,reserve', 'refused nothing'];
  expect(await outcomes(fresh.url)).toEqual([`s1 ${all}`, `s2 ${none}`, `s3 ${all}`, `s4 ${none}`]);
  await fresh.stop();
});

it('has reached every point', () => {
  const reached = new Set(readFileSync(report, 'utf8').split('\n'));
  expect(POINTS.filter((point) => !reached.has(point))).toEqual([]);
});
