import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ok } from '../index.ts';
import { type Database, postgres, sql } from '../postgres/postgres.ts';
import { service } from '../service/service.ts';
import { startService, type TestDatabase, type TestService, testDatabase } from '../testing/testing.ts';
import { Refused, type SagaDefinition, type Sagas, sagas } from './sagas.ts';

interface Order {
  readonly amount: number;
  readonly paymentId?: string;
}

const OPENAPI = `
openapi: 3.1.0
info: { title: Orders, version: 1.0.0 }
paths: { /: { get: { operationId: ask, responses: { '200': { description: Done } } } } }
`;

let database: TestDatabase;
const running: TestService[] = [];
beforeAll(async () => {
  database = await testDatabase();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.stop()));
});
afterAll(() => database.stop());

interface Tools {
  readonly db: Database;
  readonly placing: Sagas<Order>;
  readonly app: TestService;
}

let names = 0;

/** An order service whose sagas are of a kind of their own; several instances where the name is given. */
async function start(definition: SagaDefinition<Order>, name = `place-${++names}`): Promise<Tools> {
  const folder = mkdtempSync(join(tmpdir(), 'svckit-sagas-'));
  writeFileSync(join(folder, 'openapi.yaml'), OPENAPI);
  const db = postgres();
  let tools: Omit<Tools, 'app'> | undefined;
  const createService = service({
    contract: pathToFileURL(join(folder, 'openapi.yaml')),
    needs: { db, placing: sagas<Order>({ name, db, claimMs: 400 }) },
    handlers: (needs) => {
      tools = needs;
      return { ask: () => ok({}) };
    },
    workers: ({ placing }) => [placing.coordinate(definition)],
  });
  const app = await startService(createService, { DATABASE_URL: database.url });
  running.push(app);
  return { ...(tools as Omit<Tools, 'app'>), app };
}

/** A saga that says what it does; a part may be replaced. */
function scene(parts: Partial<Record<string, (attempt: number) => unknown>> = {}) {
  const said: string[] = [];
  const attempts = new Map<string, number>();
  const say = async (what: string) => {
    said.push(what);
    const attempt = (attempts.get(what) ?? 0) + 1;
    attempts.set(what, attempt);
    return (await parts[what]?.(attempt)) as Partial<Order>;
  };
  const definition: SagaDefinition<Order> = {
    before: [
      { name: 'reserve', act: () => say('reserve'), undo: () => say('release'), deadlineMs: 2_000 },
      { name: 'authorise', act: () => say('authorise'), undo: () => say('void') },
    ],
    pivot: { name: 'confirm', act: () => say('confirm') },
    after: [{ name: 'capture', act: () => say('capture') }],
    refused: async (_, { reason }) => void (await say(`refused: ${reason}`)),
  };
  return { said, definition };
}

const place = ({ db, placing }: Tools, id: string, data: Order = { amount: 1 }) => db.transaction((tx) => placing.start(tx, id, data));
const eventually = (what: () => unknown) => expect.poll(what, { timeout: 10_000, interval: 20 });
const fail = () => {
  throw new Error('no answer');
};
const refuse = () => {
  throw new Refused('Payment failed');
};

it('does one step after the other, adds what each finds out, and tells who waits that it is confirmed', async () => {
  const { said, definition } = scene({ authorise: () => ({ paymentId: 'p1' }) });
  const tools = await start(definition);
  await place(tools, 'o1', { amount: 7 });
  expect(await tools.placing.decided('o1', 5_000)).toEqual({ is: 'confirmed', data: { amount: 7, paymentId: 'p1' } });
  await eventually(() => said).toEqual(['reserve', 'authorise', 'confirm', 'capture']);
  await eventually(() => tools.placing.list()).toEqual([]);
});

it('undoes what was done when a step is refused, and says why', async () => {
  const { said, definition } = scene({ authorise: refuse });
  const tools = await start(definition);
  await place(tools, 'o1');
  expect(await tools.placing.decided('o1', 5_000)).toMatchObject({ is: 'refused', reason: 'Payment failed' });
  await eventually(() => said).toEqual(['reserve', 'authorise', 'refused: Payment failed', 'release']);
});

it('asks again with the same key after a technical failure', async () => {
  const keys: string[] = [];
  const { definition } = scene();
  const [reserve, ...others] = definition.before;
  const flaky = {
    name: 'reserve',
    async act({ key }: { readonly key: string }) {
      keys.push(key);
      if (keys.length < 3) fail();
    },
  };
  const tools = await start({ ...definition, before: [{ ...reserve, ...flaky }, ...others] });
  await place(tools, 'o1');
  expect(await tools.placing.decided('o1', 5_000)).toMatchObject({ is: 'confirmed' });
  expect(new Set(keys).size).toBe(1);
  expect(keys).toHaveLength(3);
});

it('commits the pivot together with its state, or neither', async () => {
  const { definition } = scene();
  let tries = 0;
  const pivot: SagaDefinition<Order>['pivot'] = {
    name: 'confirm',
    async act(tx, { id }) {
      await tx.execute(sql`CREATE TABLE IF NOT EXISTS confirmed (id text)`);
      await tx.execute(sql`INSERT INTO confirmed VALUES (${id})`);
      if (++tries === 1) fail();
    },
  };
  const tools = await start({ ...definition, pivot });
  await place(tools, 'o1');
  await tools.placing.decided('o1', 5_000);
  expect(await tools.db.query(sql`SELECT id FROM confirmed`)).toEqual([{ id: 'o1' }]);
  expect(tries).toBe(2);
});

it('keeps nothing of a saga whose transaction is rolled back, and starts one only once', async () => {
  const { said, definition } = scene();
  const tools = await start(definition);
  const rolledBack = tools.db.transaction(async (tx) => {
    await tools.placing.start(tx, 'lost', { amount: 1 });
    throw new Error('no');
  });
  await expect(rolledBack).rejects.toThrow('no');
  await Promise.all([place(tools, 'o1'), place(tools, 'o1')]);
  await tools.placing.decided('o1', 5_000);
  expect(await tools.placing.decided('lost', 0)).toBeUndefined();
  await eventually(() => said).toEqual(['reserve', 'authorise', 'confirm', 'capture']);
});

it('turns back when it is not decided in time, and undoes the step whose outcome is unknown', async () => {
  const { said, definition } = scene({ reserve: fail });
  const tools = await start(definition);
  await place(tools, 'o1');
  expect(await tools.placing.decided('o1', 8_000)).toMatchObject({ is: 'refused', reason: 'not decided in time' });
  await eventually(() => said.at(-1)).toBe('release');
});

it('tells of a saga under way, has it tried at once, and turned back by hand', async () => {
  const { said, definition } = scene({ authorise: fail });
  const tools = await start(definition);
  await place(tools, 'o1');
  await eventually(async () => (await tools.placing.list())[0]?.lastError).toBe('Error: no answer');
  expect(await tools.placing.list()).toMatchObject([{ id: 'o1', is: 'forward', step: 1, stepName: 'authorise', stuck: false }]);
  const before = said.length;
  expect(await tools.placing.retry('o1')).toBe(true);
  await eventually(() => said.length).toBeGreaterThan(before);
  expect(await tools.placing.compensate('o1', 'a customer called')).toBe(true);
  expect(await tools.placing.decided('o1', 5_000)).toMatchObject({ is: 'refused', reason: 'a customer called' });
  await eventually(() => said.slice(-2)).toEqual(['void', 'release']);
  await eventually(() => tools.placing.retry('o1')).toBe(false);
});

it('does not turn back beyond the pivot, not even by hand', async () => {
  const { definition } = scene({ capture: fail });
  const tools = await start(definition);
  await place(tools, 'o1');
  await tools.placing.decided('o1', 5_000);
  expect(await tools.placing.compensate('o1', 'too late')).toBe(false);
});

it('lets instances share the work, and goes on where one has ended', async () => {
  const { said, definition } = scene({ capture: (attempt) => (attempt < 3 ? fail() : undefined) });
  const one = await start(definition, 'shared');
  const two = await start(definition, 'shared');
  for (let number = 0; number < 10; number++) await place(one, `o${number}`);
  await one.app.stop();
  await eventually(() => two.placing.list()).toEqual([]);
  expect(said.filter((what) => what === 'confirm')).toHaveLength(10);
});
