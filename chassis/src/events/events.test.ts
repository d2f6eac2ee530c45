import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ok } from '../index.ts';
import { type Database, postgres, sql } from '../postgres/postgres.ts';
import { service } from '../service/service.ts';
import { startService, type TestDatabase, type TestService, testDatabase } from '../testing/testing.ts';
import type { EventLog } from './event-log.ts';
import { type Consumers, type Events, events } from './events.ts';
import { openEventLog } from './open-log.ts';

interface ShopEvents {
  readonly COUNTED: { readonly amount: number };
}

const OPENAPI = `
openapi: 3.1.0
info: { title: Counters, version: 1.0.0 }
paths:
  /counters:
    post:
      operationId: count
      requestBody: { required: true, content: { application/json: { schema: {} } } }
      responses: { '200': { description: Done, content: { application/json: { schema: {} } } } }
`;
const ASYNCAPI = `
asyncapi: 3.0.0
info: { title: Counters, version: 1.0.0 }
channels:
  counters:
    address: counters
    messages:
      COUNTED: { $ref: '#/components/messages/COUNTED' }
operations:
  tell: { action: send, channel: { $ref: '#/channels/counters' } }
  hear: { action: receive, channel: { $ref: '#/channels/counters' } }
components:
  messages:
    COUNTED: { payload: { $ref: '#/components/schemas/Counted' } }
  schemas:
    Counted: { type: object, required: [amount], properties: { amount: { type: integer } } }
`;

let database: TestDatabase;
let log: EventLog;
let app: TestService | undefined;

beforeAll(async () => {
  database = await testDatabase();
  log = await openEventLog(new URL(database.url));
});
afterEach(async () => {
  await app?.stop();
  app = undefined;
});
afterAll(async () => {
  await log.close();
  await database.stop();
});

let names = 0;

/** A counter service under a name of its own, so that its group starts afresh. It gets its tools out of the handlers. */
async function start(consumers: Consumers<ShopEvents>, onCount?: (tools: Tools, body: unknown) => Promise<unknown>): Promise<Tools> {
  const folder = mkdtempSync(join(tmpdir(), 'svckit-events-'));
  writeFileSync(join(folder, 'openapi.yaml'), OPENAPI);
  writeFileSync(join(folder, 'asyncapi.yaml'), ASYNCAPI.replaceAll('address: counters', `address: counters-${++names}`));
  writeFileSync(join(folder, 'package.json'), `{ "name": "@shop/counters-${names}" }`);
  const db = postgres();
  let tools: Tools | undefined;
  const createService = service({
    contract: pathToFileURL(join(folder, 'openapi.yaml')),
    needs: { db, events: events<ShopEvents>({ db, contract: pathToFileURL(join(folder, 'asyncapi.yaml')), attempts: 2, leaseMs: 1_000 }) },
    handlers: (needs) => {
      tools = { ...needs, topic: `counters-${names}` };
      return { count: async ({ body }: { body: unknown }) => ok((await onCount?.(tools as Tools, body)) ?? {}) };
    },
    workers: (needs) => [needs.events.consume(consumers)],
  });
  app = await startService(createService, { DATABASE_URL: database.url, EVENTS_URL: database.url });
  return tools as Tools;
}

interface Tools {
  readonly db: Database;
  readonly events: Events<ShopEvents>;
  readonly topic: string;
}

const publish = ({ db, events: told }: Tools, key: string, amount: number) =>
  db.transaction((tx) => told.publish(tx, { type: 'COUNTED', key, data: { amount } }));
const eventually = (what: () => unknown) => expect.poll(what, { timeout: 10_000, interval: 20 });

it('brings what was committed to its consumer, with the trace and the request id, and nothing of what was rolled back', async () => {
  const seen: { amount: number; requestid: string | undefined; traceparent: string | undefined }[] = [];
  const told = await start(
    { COUNTED: ({ data, requestid, traceparent }) => void seen.push({ amount: data.amount, requestid, traceparent }) },
    (tools) => publish(tools, 'a', 1),
  );
  const failed = told.db.transaction(async (tx) => {
    await told.events.publish(tx, { type: 'COUNTED', key: 'a', data: { amount: 99 } });
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await fetch(`${app?.url}/counters`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'r-1', traceparent },
    body: '{}',
  });
  await eventually(() => seen.length).toBe(1);
  expect(seen[0]).toMatchObject({ amount: 1, requestid: 'r-1' });
  expect(seen[0]?.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)/);
});

it('applies an event once, however often it comes', async () => {
  let sum = 0;
  const { topic } = await start({
    COUNTED({ data }) {
      sum += data.amount;
    },
  });
  const value = JSON.stringify({ specversion: '1.0', id: 'same', source: `/${topic}`, type: 'COUNTED', subject: 'a', data: { amount: 5 } });
  const twice = { topic, key: 'a', value };
  await log.append([twice, twice, { ...twice, value: value.replace('"same"', '"other"') }]);
  await eventually(async () => (await log.lag(topic, [topic])).map(({ records }) => records)).toEqual([0]);
  expect(sum).toBe(10);
});

it('keeps nothing of a handler that fails, and tries it again', async () => {
  let tries = 0;
  const told = await start({
    async COUNTED({ data }, tx) {
      await tx.execute(sql`CREATE TABLE IF NOT EXISTS totals (amount int)`);
      await tx.execute(sql`INSERT INTO totals VALUES (${data.amount})`);
      if (++tries === 1) throw new Error('not the first time');
    },
  });
  await publish(told, 'a', 3);
  await eventually(() => tries).toBe(2);
  await eventually(() => told.db.query(sql`SELECT amount FROM totals`)).toEqual([{ amount: 3 }]);
});

it('puts aside what cannot be handled with its cause, parks what comes after it under the same key, and goes on with the rest', async () => {
  const seen: string[] = [];
  let poisonous = true;
  const told = await start({
    COUNTED({ subject, data }) {
      if (poisonous && data.amount === 13) throw new RangeError('thirteen is too much');
      seen.push(`${subject}${data.amount}`);
    },
  });
  for (const [key, amount] of [
    ['a', 1],
    ['a', 13],
    ['a', 2],
    ['b', 1],
    ['a', 3],
  ] as const)
    await publish(told, key, amount);
  await eventually(() => told.events.deadLetters.list().then((letters) => letters.length)).toBe(3);
  expect(await told.events.deadLetters.list()).toMatchObject([
    { key: 'a', type: 'COUNTED', cause: 'RangeError: thirteen is too much', attempts: 2 },
    { key: 'a', attempts: 0, cause: 'waits behind an earlier event of its key' },
    { key: 'a', attempts: 0 },
  ]);
  expect(seen.toSorted()).toEqual(['a1', 'b1']);
  await told.events.deadLetters.replay({ key: 'a' });
  await eventually(async () => (await told.events.deadLetters.list())[0]).toMatchObject({ attempts: 3, replaying: false });
  poisonous = false;
  expect(await told.events.deadLetters.replay()).toBe(3);
  await eventually(() => told.events.deadLetters.list()).toEqual([]);
  expect(seen.filter((one) => one.startsWith('a'))).toEqual(['a1', 'a13', 'a2', 'a3']);
  await publish(told, 'a', 4);
  await eventually(() => seen.at(-1)).toBe('a4');
});

it('handles what waits behind a letter that is given up', async () => {
  const seen: number[] = [];
  const told = await start({
    COUNTED({ data }) {
      if (data.amount === 13) throw new Error('never');
      seen.push(data.amount);
    },
  });
  for (const amount of [13, 1]) await publish(told, 'c', amount);
  await eventually(() => told.events.deadLetters.list().then((letters) => letters.length)).toBe(2);
  const [head] = await told.events.deadLetters.list();
  expect(await told.events.deadLetters.discard(head?.id ?? '')).toBe(true);
  await eventually(() => seen).toEqual([1]);
  expect(await told.events.deadLetters.discard(head?.id ?? '')).toBe(false);
});

it('waits for a technical failure to end, however long it lasts', async () => {
  let tries = 0;
  const told = await start({
    async COUNTED(_, tx) {
      if (++tries < 5) await tx.execute(sql`SET LOCAL statement_timeout = 20`).then(() => tx.execute(sql`SELECT pg_sleep(1)`));
    },
  });
  await publish(told, 'a', 1);
  await eventually(() => tries).toBe(5);
  expect(await told.events.deadLetters.list()).toEqual([]);
});

it.each([
  ['no JSON', 'no event', 'EventError: The event is not JSON'],
  ['an event without an id', '{"specversion":"1.0","source":"/s","type":"COUNTED","subject":"a"}', 'EventError: The event has no id'],
  [
    'data that breaks the contract',
    '{"specversion":"1.0","id":"x","source":"/s","type":"COUNTED","subject":"z","data":{"amount":"many"}}',
    'EventError: The event COUNTED breaks the contract: data/amount must be integer',
  ],
])('puts %s aside at once', async (_, value, cause) => {
  const told = await start({ COUNTED: () => undefined });
  await log.append([{ topic: told.topic, key: `z${names}`, value }]);
  await eventually(async () => (await told.events.deadLetters.list()).at(-1)?.cause).toContain(cause);
  for (const { id } of await told.events.deadLetters.list()) await told.events.deadLetters.discard(id);
});

it('passes over events of a topic that are not its own', async () => {
  const { topic } = await start({ COUNTED: () => undefined });
  const value = JSON.stringify({ specversion: '1.0', id: 'f', source: '/s', type: 'FOREIGN', subject: 'a', data: {} });
  await log.append([{ topic, key: 'a', value }]);
  await eventually(async () => (await log.lag(topic, [topic]))[0]?.records).toBe(0);
});

it('refuses to publish what the contract does not send', async () => {
  const told = await start({ COUNTED: () => undefined });
  const wrong = (event: object) => told.db.transaction((tx) => told.events.publish(tx, event as never));
  await expect(wrong({ type: 'OTHER', key: 'a', data: {} })).rejects.toThrow('The contract names no event OTHER that this service sends');
  await expect(wrong({ type: 'COUNTED', key: 'a', data: {} })).rejects.toThrow(
    "breaks the contract: data must have required property 'amount'",
  );
});

it('does not start where contract and consumers differ', async () => {
  await expect(start({ OTHER: () => undefined } as never)).rejects.toThrow(
    'the event COUNTED has no consumer; the consumer OTHER has no event that the contract receives',
  );
});

it('tells how much is waiting, handled and dead', async () => {
  const told = await start({ COUNTED: () => undefined });
  await publish(told, 'a', 1);
  const metrics = () => fetch(`${app?.url}/metrics`).then((answer) => answer.text());
  await eventually(metrics).toContain(
    `messaging_process_duration_seconds_count{messaging_destination_name="${told.topic}",cloudevents_event_type="COUNTED",error_type=""} 1`,
  );
  await eventually(metrics).toContain(`messaging_client_sent_messages_total{messaging_destination_name="${told.topic}"} 1`);
  await eventually(metrics).toMatch(
    new RegExp(`events_consumer_lag{messaging_destination_name="${told.topic}",messaging_destination_partition_id="\\d"} 0`),
  );
  await eventually(metrics).toContain('events_outbox_waiting 0');
  await eventually(metrics).toContain('events_dead_letters 0');
});

it('finishes with what is in hand when it stops', async () => {
  let ended = false;
  let begun = false;
  const told = await start({
    async COUNTED() {
      begun = true;
      await new Promise((resolve) => setTimeout(resolve, 300));
      ended = true;
    },
  });
  await publish(told, 'a', 1);
  await eventually(() => begun).toBe(true);
  await app?.stop();
  expect(ended).toBe(true);
  expect((await log.lag(told.topic, [told.topic])).map(({ records }) => records)).toEqual([0]);
});
