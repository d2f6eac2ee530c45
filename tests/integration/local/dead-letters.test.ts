import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EVENTS_SCHEMA } from '../../../chassis/src/events/schema.ts';
import { type TestDatabase, testDatabase } from '../../../chassis/src/testing/test-database.ts';
import { nodeFiles } from '../../../src/runtime/node/files.ts';
import type { BookTies } from '../../../src/supervisor/books.ts';
import { deadLetters, replay } from '../../../src/supervisor/dead-letters.ts';

const root = mkdtempSync(join(tmpdir(), 'svckit-letters-'));
const databases = new Map<string, TestDatabase>();
const env = {};

/** The workspace has a worker that has run, one that has not, and a service without events. */
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

beforeAll(async () => {
  writeFileSync(join(root, 'svc.yaml'), '');
  for (const name of ['mailer', 'idle', 'plain']) {
    mkdirSync(join(root, 'services', name), { recursive: true });
    const resources = name === 'plain' ? '' : 'resources: { events: { type: kafka } }\n';
    const score = `apiVersion: score.dev/v1b1\nmetadata: { name: ${name} }\ncontainers: { main: { image: . } }\n${resources}`;
    writeFileSync(join(root, 'services', name, 'score.yaml'), score);
  }
  for (const name of ['mailer', 'idle']) databases.set(name, await testDatabase());
  const insert = (key: string, offset: number, attempts: number) =>
    `INSERT INTO svckit.dead_letters (topic, partition, log_offset, key, type, value, cause, attempts)
     VALUES ('orders', 0, ${offset}, '${key}', 'ITEM_ADDED', '{}', 'because', ${attempts});`;
  await inMailer(`CREATE SCHEMA svckit; ${EVENTS_SCHEMA.steps.join(';')}; ${insert('a', 1, 5)} ${insert('a', 2, 0)} ${insert('b', 3, 5)}`);
});

afterAll(async () => {
  for (const database of databases.values()) await database.stop();
  rmSync(root, { recursive: true, force: true });
});

async function inMailer(statement: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: databases.get('mailer')?.url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

it('shows the dead letters of services that have events, the oldest first', async () => {
  const letters = await deadLetters(ties, { services: [], env });
  expect(letters.map(({ service, id, key, attempts }) => [service, id, key, attempts])).toEqual([
    ['mailer', '1', 'a', 5],
    ['mailer', '2', 'a', 0],
    ['mailer', '3', 'b', 5],
  ]);
  expect(letters[0]).toMatchObject({ topic: 'orders', type: 'ITEM_ADDED', cause: 'because', replaying: false });
  expect(await deadLetters(ties, { services: ['idle'], env })).toEqual([]);
});

it('asks for a letter and those of its key again, and for no other', async () => {
  expect(await replay(ties, { services: ['mailer'], env, id: '1' })).toEqual([{ service: 'mailer', letters: 2 }]);
  const asked = (await deadLetters(ties, { services: [], env })).filter(({ replaying }) => replaying);
  expect(asked.map(({ id }) => id)).toEqual(['1', '2']);
  expect(await replay(ties, { services: ['mailer'], env, id: '99' })).toEqual([{ service: 'mailer', letters: 0 }]);
});

it('asks for all of them', async () => {
  expect(await replay(ties, { services: [], env })).toEqual([{ service: 'mailer', letters: 3 }]);
});

it('looks into the database that is set by hand', async () => {
  const url = databases.get('idle')?.url ?? '';
  expect(await deadLetters(ties, { services: ['mailer'], env: { MAILER_DATABASE_URL: url } })).toEqual([]);
});
