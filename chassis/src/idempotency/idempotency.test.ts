import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { badRequest, created } from '../index.ts';
import { postgres, type Transaction } from '../postgres/postgres.ts';
import { service } from '../service/service.ts';
import { startService, type TestDatabase, type TestService, testDatabase } from '../testing/testing.ts';
import { idempotency, type KeyedRequest } from './idempotency.ts';

const OPENAPI = `
openapi: 3.1.0
info: { title: Orders, version: 1.0.0 }
paths:
  /orders:
    post:
      operationId: createOrder
      parameters:
        - { name: Idempotency-Key, in: header, schema: { type: string } }
        - { name: X-User, in: header, schema: { type: string, default: someone } }
      requestBody: { required: true, content: { application/json: { schema: { type: object } } } }
      responses:
        '201': { description: Done, content: { application/json: { schema: { type: object } } } }
        '422': { description: Another request, content: { application/problem+json: { schema: {} } } }
`;

let database: TestDatabase;
let app: TestService;
beforeAll(async () => {
  database = await testDatabase();
});
afterEach(() => app.stop());
afterAll(() => database.stop());

async function start(work: (tx: Transaction) => Promise<object>, hours?: number, prepare?: () => Promise<undefined>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'svckit-idempotency-'));
  writeFileSync(join(folder, 'openapi.yaml'), OPENAPI);
  const db = postgres();
  const createService = service({
    contract: pathToFileURL(join(folder, 'openapi.yaml')),
    needs: { db, once: idempotency({ db, ...(hours !== undefined && { hours }) }) },
    handlers: ({ once }) => ({
      createOrder: async (request: KeyedRequest & { readonly headers: Readonly<Record<string, string>> }) =>
        once(request, async (tx) => created(await work(tx)), { caller: request.headers['X-User'] ?? '', ...(prepare && { prepare }) }),
    }),
  });
  app = await startService(createService, { DATABASE_URL: database.url });
}

async function post(key: string | undefined, body: object = { a: 1, b: 2 }, user = 'ann') {
  const headers = { 'content-type': 'application/json', 'x-user': user, ...(key !== undefined && { 'idempotency-key': key }) };
  const answer = await fetch(`${app.url}/orders`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as { detail?: string; number?: number } };
}

/** Work that counts how often it is done. */
function counting(fails: (times: number) => boolean = () => false) {
  let times = 0;
  return async () => {
    times++;
    await new Promise((resolve) => setTimeout(resolve, 30));
    if (fails(times)) throw badRequest('Payment failed');
    return { number: times };
  };
}

it('gives a request that comes again the same answer, whatever the order of its members', async () => {
  await start(counting());
  const first = await post('k1');
  expect(first).toEqual({ status: 201, body: { number: 1 } });
  expect(await post('k1', { b: 2, a: 1 })).toEqual(first);
  expect((await post('k2')).body.number).toBe(2);
});

it('prepares where the key is new, and not for a request that comes again', async () => {
  let prepared = 0;
  const failing = async () => {
    if (++prepared > 1) throw badRequest('nobody to ask');
    return undefined;
  };
  await start(counting(), undefined, failing);
  const first = await post('k0');
  expect(await post('k0')).toEqual(first);
  expect([prepared, (await post('k0', { a: 3 })).status]).toEqual([1, 422]);
  expect([(await post('k01')).status, prepared]).toEqual([400, 2]);
});

it('refuses a key that was used for another request', async () => {
  await start(counting());
  await post('k3');
  expect(await post('k3', { a: 2 })).toMatchObject({ status: 422, body: { detail: 'The Idempotency-Key was used for another request' } });
});

it('does the work once for many who ask at the same time', async () => {
  await start(counting());
  const answers = await Promise.all(Array.from({ length: 8 }, () => post('k4')));
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.number}`))).toEqual(new Set(['201 1']));
});

it('keeps the keys of callers apart', async () => {
  await start(counting());
  expect([(await post('k5')).body.number, (await post('k5', undefined, 'bob')).body.number]).toEqual([1, 2]);
});

it('leaves nothing of work that failed, so that it can be asked for again', async () => {
  await start(counting((times) => times === 1));
  expect((await post('k6')).status).toBe(400);
  expect(await post('k6')).toMatchObject({ status: 201, body: { number: 2 } });
});

it('forgets a key after its time, and does work without a key each time', async () => {
  await start(counting(), 0);
  expect([(await post('k7')).body.number, (await post('k7')).body.number]).toEqual([1, 2]);
  expect([(await post(undefined)).body.number, (await post(undefined)).body.number]).toEqual([3, 4]);
});
