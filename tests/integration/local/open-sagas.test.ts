import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SAGAS_SCHEMA } from '../../../chassis/src/saga/schema.ts';
import { type TestDatabase, testDatabase } from '../../../chassis/src/testing/test-database.ts';
import { nodeFiles } from '../../../src/runtime/node/files.ts';
import type { BookTies } from '../../../src/supervisor/books.ts';
import { mendSaga, openSagas } from '../../../src/supervisor/open-sagas.ts';

const root = mkdtempSync(join(tmpdir(), 'svckit-open-sagas-'));
const databases = new Map<string, TestDatabase>();
const everywhere = { services: [], env: {} };

const ties: BookTies = {
  root,
  fs: nodeFiles(),
  database: {
    running: true,
    secret: () => undefined,
    stop: async () => undefined,
    database: async (name) => databases.get(name)?.url ?? Promise.reject(new Error(`${name} was asked for`)),
  },
};

/** One saga is on its way, one is stuck after the pivot, one has ended. */
const sagas = `INSERT INTO svckit.sagas (name, id, state, data, decision, due_at, deadline_at, step, last_error) VALUES
  ('place-order', 'a', '{"is":"forward","step":0,"attempts":1,"dueAt":1,"deadlineAt":2}', '{}', NULL, now() + interval '1 hour', now() + interval '1 hour', 'reserve', NULL),
  ('place-order', 'b', '{"is":"forward","step":4,"attempts":9,"dueAt":1,"deadlineAt":2}', '{}', 'confirmed', now() + interval '1 hour', now() - interval '1 hour', 'capture', 'Error: no'),
  ('place-order', 'c', '{"is":"done"}', '{}', 'confirmed', NULL, NULL, NULL, NULL);`;

beforeAll(async () => {
  writeFileSync(join(root, 'svc.yaml'), '');
  for (const [name, type] of [
    ['orders', 'postgres'],
    ['idle', 'postgres'],
    ['plain', 'redis'],
  ]) {
    mkdirSync(join(root, 'services', String(name)), { recursive: true });
    const score = `apiVersion: score.dev/v1b1\nmetadata: { name: ${name} }\ncontainers: { main: { image: . } }\nresources: { db: { type: ${type} } }\n`;
    writeFileSync(join(root, 'services', String(name), 'score.yaml'), score);
  }
  for (const name of ['orders', 'idle']) databases.set(name, await testDatabase());
  const client = new pg.Client({ connectionString: databases.get('orders')?.url });
  await client.connect();
  await client.query(`CREATE SCHEMA svckit; ${SAGAS_SCHEMA.steps.map((step) => step.replace(/--.*$/gm, '')).join(';')}; ${sagas}`);
  await client.end();
});

afterAll(async () => {
  for (const database of databases.values()) await database.stop();
  rmSync(root, { recursive: true, force: true });
});

const idsOf = async (stuck: boolean) => (await openSagas(ties, { ...everywhere, stuck })).map(({ id }) => id);

it('shows sagas that have not ended, in which step they stand and what hinders them', async () => {
  expect(await openSagas(ties, { ...everywhere, stuck: false })).toMatchObject([
    { service: 'orders', name: 'place-order', id: 'a', state: 'going on', step: 'reserve', attempts: 1, stuck: false },
    { service: 'orders', id: 'b', step: 'capture', attempts: 9, stuck: true, lastError: 'Error: no' },
  ]);
  expect(await idsOf(true)).toEqual(['b']);
});

it('has one tried at once, and turns one back that is not decided', async () => {
  const mend = (id: string, how: 'retry' | 'compensate') => mendSaga(ties, { ...everywhere, id, how, reason: 'a buyer called' });
  expect(await mend('b', 'retry')).toEqual(['orders']);
  expect(await mend('a', 'compensate')).toEqual(['orders']);
  expect(await mend('b', 'compensate')).toEqual([]);
  expect(await mend('c', 'retry')).toEqual([]);
});
