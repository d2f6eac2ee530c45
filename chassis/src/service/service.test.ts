import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { integer, secret } from '../config/config.ts';
import { NotReachable } from '../failure.ts';
import type { HandlerTable } from '../http/handlers.ts';
import { answer, notFound, ok, Problem } from '../index.ts';
import { startService, type TestService } from '../testing/testing.ts';
import type { Need, Needs } from './need.ts';
import { type Definition, service } from './service.ts';

const CONTRACT = `
openapi: 3.1.0
info: { title: Things, version: 1.0.0 }
paths:
  /things:
    get:
      operationId: list
      parameters:
        - { name: limit, in: query, schema: { type: integer, default: 5 } }
        - { name: tag, in: query, schema: { type: array, items: { type: string } } }
        - { name: X-Tenant, in: header, schema: { type: string } }
      responses:
        '200': { description: Things, content: { application/json: { schema: { type: object, required: [limit] } } } }
        '404': { description: None, content: { application/problem+json: { schema: { type: object } } } }
`;

const running: TestService[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

function contractFile(): URL {
  const folder = mkdtempSync(join(tmpdir(), 'svckit-service-'));
  writeFileSync(join(folder, 'openapi.yaml'), CONTRACT);
  writeFileSync(join(folder, 'package.json'), '{ "name": "@shop/things", "version": "3.2.1" }');
  return pathToFileURL(join(folder, 'openapi.yaml'));
}

async function start(parts: Partial<Definition<Needs, never>>, env: Readonly<Record<string, string>> = {}): Promise<TestService> {
  const createService = service({ contract: contractFile(), handlers: () => ({}), ...parts });
  const started = await startService(createService, env);
  running.push(started);
  return started;
}

const handling = (list: HandlerTable[string]) => start({ handlers: () => ({ list }) });
const get = async ({ url }: TestService, path = '/things', init: RequestInit = {}) => {
  const reply = await fetch(`${url}${path}`, init);
  return { status: reply.status, body: await reply.json(), headers: reply.headers };
};

it('is called what its package is called', async () => {
  const { logs } = await handling(() => ok({ limit: 1 }));
  expect(logs[0]).toMatchObject({ service: 'things', version: '3.2.1', message: 'started' });
});

it('gives a handler its input as the contract types it', async () => {
  const app = await handling(((request: { query: unknown; headers: unknown }) => ok({ limit: 0, ...request })) as never);
  const { body } = await get(app, '/things?tag=a', { headers: { 'x-tenant': 'acme' } });
  expect(body).toMatchObject({ query: { limit: 5, tag: ['a'] }, headers: { 'X-Tenant': 'acme' } });
});

it.each([
  ['a body of another shape', () => ok({ wrong: true }), "The answer breaks the contract: /body/limit must have required property 'limit'"],
  ['a status that is not named', () => answer(299, {}), 'The answer breaks the contract: the contract names no answer 299'],
  [
    'a problem that is not named',
    () => {
      throw new Problem({ status: 409 });
    },
    'The answer breaks the contract: the contract names no answer 409',
  ],
])('fails a test whose handler answers %s', async (_, handler, detail) => {
  expect((await get(await handling(handler as never))).body).toMatchObject({ status: 500, detail });
});

it('sends a problem that a handler throws', async () => {
  const app = await handling(() => {
    throw notFound('Nothing like that');
  });
  expect(await get(app)).toMatchObject({
    status: 404,
    body: { title: 'Not Found', detail: 'Nothing like that', requestId: expect.any(String) },
  });
});

it('tells the log what it does not tell the caller', async () => {
  const app = await handling(() => {
    throw new Error('the table is locked');
  });
  expect((await get(app)).body).toMatchObject({ status: 500, detail: 'Something went wrong here' });
  const line = app.logs.find(({ message }) => message === 'request');
  expect(line).toMatchObject({ level: 'error', status: 500, error: { message: 'the table is locked' } });
});

it('ends the signal of a handler whose time is over', async () => {
  let ended = false;
  const app = await handling((async ({ signal }: { signal: AbortSignal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    ended = true;
    return ok({ limit: 1 });
  }) as never);
  expect((await get(app, '/things', { headers: { 'x-envoy-expected-rq-timeout-ms': '50' } })).status).toBe(504);
  await expect.poll(() => ended).toBe(true);
});

it('starts its needs before it serves, gives handlers their values, and stops them last', async () => {
  const events: string[] = [];
  const need: Need<string, { readonly size: ReturnType<typeof integer> }> = {
    fields: { size: integer('SIZE') },
    async start({ name, config }) {
      events.push(`started ${name}`);
      return { value: `${name} of ${config.size}`, stop: async () => void events.push('stopped') };
    },
  };
  const createService = service({
    contract: contractFile(),
    needs: { box: need },
    config: { key: secret('KEY') },
    handlers: ({ box }, { config }) => ({ list: () => ok({ limit: 1, box, key: config.key }) }),
  });
  const app = await startService(createService, { SIZE: '3', KEY: 'k' });
  expect((await get(app)).body).toMatchObject({ box: 'box of 3', key: 'k' });
  await app.stop();
  await app.stop();
  expect(events).toEqual(['started box', 'stopped']);
});

it('prepares its needs and lets go of them, and serves nothing', async () => {
  const events: string[] = [];
  const need: Need<string> = {
    fields: {},
    async start() {
      events.push('started');
      return { value: '', stop: async () => void events.push('stopped') };
    },
  };
  const createService = service({ contract: contractFile(), needs: { box: need }, handlers: () => ({ list: () => ok({ limit: 1 }) }) });
  const lines: string[] = [];
  const output = { write: (line: string) => void lines.push(line), flush: async () => undefined };
  // A port of another process: whoever listened would fail.
  await createService({ env: { PORT: '1' }, output }).prepare();
  expect(events).toEqual(['started', 'stopped']);
  expect(lines.join()).toContain('prepared');
});

it('waits for a need that cannot be reached yet, and stops the others where one fails for good', async () => {
  let tries = 0;
  const late: Need<number> = {
    fields: {},
    async start() {
      if (++tries < 3) throw new NotReachable('not yet');
      return { value: tries };
    },
  };
  await start({ needs: { late }, handlers: ((needs: { late: number }) => ({ list: () => ok({ limit: needs.late }) })) as never });
  expect(tries).toBe(3);
  const events: string[] = [];
  const sound: Need<number> = { fields: {}, start: async () => ({ value: 1, stop: async () => void events.push('stopped') }) };
  const broken: Need<number> = { fields: {}, start: () => Promise.reject(new Error('for good')) };
  await expect(start({ needs: { sound, broken } })).rejects.toThrow('for good');
  expect(events).toEqual(['stopped']);
});

it('does not start where contract and handlers differ, or the port is taken', async () => {
  await expect(start({ handlers: () => ({}) })).rejects.toThrow('the operation list has no handler');
  const app = await handling(() => ok({ limit: 1 }));
  const again = start({ handlers: () => ({ list: () => ok({ limit: 1 }) }) }, { PORT: new URL(app.url).port });
  await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
