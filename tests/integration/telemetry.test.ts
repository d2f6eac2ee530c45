import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Pool } from 'pg';
import protobuf from 'protobufjs/minimal.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningPostgres, startPostgres } from '../../chassis/src/embedded-postgres/embedded-postgres.ts';
import { tracesApi } from '../../src/supervisor/telemetry/api.ts';
import { RECEIVER_LIMITS } from '../../src/supervisor/telemetry/limits.ts';
import { type Handler, otlpReceiver } from '../../src/supervisor/telemetry/receiver.ts';
import { rowsOf } from '../../src/supervisor/telemetry/rows.ts';
import { openSpanStore, type SpanStore, STORE_OPTIONS } from '../../src/supervisor/telemetry/store.ts';
import { FAKE_START, FAKE_TRACE_ID, type FakeSpan, fakeSpan, fakeSpans, otlpOf } from '../../src/trace/fake-trace.ts';
import { readOtlp } from '../../src/trace/otlp.ts';
import { builtInReader } from '../../src/trace/readers/built-in.ts';
import type { Span } from '../../src/trace/span.ts';

let folder: string;
let postgres: RunningPostgres;
let pool: Pool;
let store: SpanStore;
let troubles: unknown[];
const servers: Server[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'svckit-telemetry-'));
  await chmod(folder, 0o711);
  postgres = await startPostgres({ dataDir: join(folder, 'data') });
});

beforeEach(async () => {
  await pool?.end();
  pool = new Pool({ connectionString: postgres.url });
  pool.on('error', () => undefined);
  await pool.query('drop schema public cascade; create schema public');
  troubles = [];
  store = await openSpanStore(pool, { ...STORE_OPTIONS, onTrouble: (error) => troubles.push(error) });
  return async () => {
    await store.close();
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  };
});

afterAll(async () => {
  await pool?.end();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function serve(handler: Handler): Promise<string> {
  const server = createServer((request, response) => void handler(request, response)).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A trace of its own: the number is in its id. */
function numbered(trace: number, ...spans: readonly FakeSpan[]): Span[] {
  return spans.map((span) => ({ ...fakeSpan(span), traceId: trace.toString(16).padStart(32, '0') }));
}

async function keep(...spans: readonly Span[]): Promise<void> {
  store.add(rowsOf(spans).rows);
  await store.flush();
}

async function ids(query: Partial<Parameters<SpanStore['search']>[0]> = {}): Promise<readonly number[]> {
  const { traces } = await store.search({ by: 'latest', limit: 100, ...query });
  return traces.map(({ traceId }) => Number.parseInt(traceId, 16));
}

describe('the store', () => {
  it('sums a trace up, whatever the order in which its spans arrive', async () => {
    await keep(...numbered(1, { id: 2, parent: 1, service: 'products', name: 'SELECT', from: 20, to: 70, error: 'gone' }));
    await keep(...numbered(1, { id: 1, parent: 0, service: 'products', name: 'GET /products', from: 10, to: 80 }));
    await keep(...numbered(1, { id: 0, service: 'orders', name: 'POST /orders', from: 5, to: 100 }));
    const { traces, complete } = await store.search({ by: 'latest', limit: 1 });
    expect(complete).toBe(true);
    expect(traces).toEqual([
      {
        traceId: '1'.padStart(32, '0'),
        start: FAKE_START + 5n,
        duration: 95n,
        rootService: 'orders',
        rootName: 'POST /orders',
        spans: 3,
        errors: 1,
        services: ['orders', 'products'],
      },
    ]);
  });

  it('keeps a span once that an exporter sent twice', async () => {
    const spans = numbered(1, { id: 0, from: 0, to: 10 }, { id: 1, parent: 0, from: 1, to: 9 });
    await keep(...spans, ...spans);
    await keep(...spans);
    expect((await store.search({ by: 'latest', limit: 1 })).traces[0]?.spans).toBe(2);
  });

  it('finds by the beginning of the id, by request id, by errors and by time', async () => {
    await keep(
      ...numbered(1, { id: 0, from: 0, to: 10, attributes: { 'request.id': 'r-1' } }),
      ...numbered(2, { id: 0, from: 5_000_000_000, to: 5_000_000_010, error: 'no' }),
    );
    expect(await ids({ idPrefix: '0'.repeat(31) })).toEqual([2, 1]);
    expect(await ids({ idPrefix: '2'.padStart(32, '0') })).toEqual([2]);
    expect(await ids({ requestId: 'r-1' })).toEqual([1]);
    expect(await ids({ requestId: "r' or 1=1 --" })).toEqual([]);
    expect(await ids({ errorsOnly: true })).toEqual([2]);
    expect(await ids({ since: new Date(Number(FAKE_START / 1_000_000n) + 4_000) })).toEqual([2]);
  });

  it('knows the slowest of all, not of those it happened to fetch', async () => {
    const durations = [30, 900, 20, 500, 10];
    await keep(
      ...durations.flatMap((duration, index) => numbered(index + 1, { id: 0, from: index * 1_000, to: index * 1_000 + duration })),
    );
    expect(await ids({ by: 'slowest', limit: 2 })).toEqual([2, 4]);
    expect(await ids({ by: 'latest', limit: 2 })).toEqual([5, 4]);
  });

  it('deletes the oldest traces whole when there are too many spans', async () => {
    await store.close();
    store = await openSpanStore(pool, { ...STORE_OPTIONS, retention: { days: 7, spans: 40_000 } });
    for (let trace = 1; trace <= 5; trace++) {
      await keep(
        ...numbered(trace, ...Array.from({ length: 10_000 }, (_, id) => ({ id, from: trace * 1_000 + id, to: trace * 1_000 + id + 1 }))),
      );
    }
    expect(await ids()).toEqual([5, 4, 3]);
    const { rows } = await pool.query('select count(*)::int as spans, (select count(*)::int from sources) as sources from spans');
    expect(rows).toEqual([{ spans: 30_000, sources: 1 }]);
  });

  it('keeps what a service says with a NUL, half a character, or a request id of a megabyte', async () => {
    const [span] = numbered(1, {
      id: 0,
      service: 'a\0b',
      name: '\0\ud800',
      from: 0,
      to: 1,
      attributes: { 'request.id': 'x'.repeat(1e6), '\0': '\0' },
    });
    await keep(span as Span);
    expect((await store.search({ by: 'latest', limit: 1 })).traces[0]?.rootService).toBe('a\ufffdb');
  });

  it('waits for a database that is away, and then stores what came meanwhile', async () => {
    await pool.query('alter table spans rename to away');
    await keep(...numbered(1, { id: 0, from: 0, to: 1 }));
    expect(troubles).toHaveLength(1);
    await pool.query('alter table away rename to spans');
    await store.flush();
    expect(await ids()).toEqual([1]);
  });

  it('drops the oldest, and says how many, where the database never comes', async () => {
    await store.close();
    store = await openSpanStore(pool, { ...STORE_OPTIONS, queueBytes: 100_000 });
    await pool.query('alter table spans rename to away');
    for (let trace = 1; trace <= 300; trace++) store.add(rowsOf(numbered(trace, { id: 0, from: 0, to: 1 })).rows);
    await store.flush();
    await pool.query('alter table away rename to spans');
    await store.flush();
    const { traces, dropped } = await store.search({ by: 'latest', limit: 1_000 });
    expect(dropped).toBeGreaterThan(100);
    expect(traces.length + dropped).toBe(300);
    expect(traces.some(({ traceId }) => traceId.endsWith('12c'))).toBe(true);
  });

  it('opens again what another run left', async () => {
    await keep(...numbered(1, { id: 0, from: 0, to: 1 }));
    await store.close();
    store = await openSpanStore(pool);
    expect(await ids()).toEqual([1]);
  });
});

describe('the API', () => {
  it.each([
    ['/traces?by=shortest', 400],
    ['/traces?limit=0', 400],
    ['/traces?limit=1001', 400],
    ['/traces?limit=1;drop', 400],
    ['/traces?id=xyz', 400],
    ['/traces?since=yesterday', 400],
    ['/traces?nonsense=1', 400],
    ['/traces/4BF9', 404],
    [`/traces/${'f'.repeat(32)}`, 404],
    ['/traces', 200],
  ])('answers %s with %i', async (path, status) => {
    const url = await serve(tracesApi(store));
    expect((await fetch(url + path)).status).toBe(status);
  });

  it('streams a trace of many pages whole, each span once', async () => {
    await keep(
      ...fakeSpans({ id: 0, from: 0, to: 9 }),
      ...Array.from({ length: 4_500 }, (_, id) => fakeSpan({ id: id + 1, parent: 0, service: `s${id % 3}`, from: 0, to: 9 })),
    );
    const response = await fetch(`${await serve(tracesApi(store))}/traces/${FAKE_TRACE_ID}`);
    const { spans, rejected } = readOtlp(await response.json());
    expect([spans.length, new Set(spans.map(({ id }) => id)).size, rejected]).toEqual([4_501, 4_501, 0]);
  });
});

interface Sent {
  readonly body: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly path?: string;
}

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: Buffer;
}

function send(url: string, { body, headers = {}, method = 'POST', path = '/v1/traces' }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}${path}`, { method, headers: { 'content-type': 'application/json', ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], body: Buffer.concat(chunks) }),
      );
    });
    request.on('error', reject).end(body);
  });
}

const good = fakeSpans({ id: 0, from: 0, to: 1 });
const PROTOBUF = { 'content-type': 'application/x-protobuf' };

/** One span of an export request by hand: field numbers are those of opentelemetry-proto. */
function protobufRequest(fill: (span: protobuf.Writer) => void): Uint8Array {
  const writer = protobuf.Writer.create();
  const span = writer.uint32(10).fork().uint32(18).fork().uint32(18).fork();
  span.uint32(10).bytes(Buffer.from(FAKE_TRACE_ID, 'hex')).uint32(18).bytes(Buffer.from('00f067aa0ba902b7', 'hex'));
  span.uint32(42).string('GET /').uint32(48).int32(2).uint32(57).fixed64('1767323045678000000').uint32(65).fixed64('1767323045679000000');
  fill(span);
  return span.ldelim().ldelim().ldelim().finish();
}

describe('the receiver', () => {
  let url: string;
  let read: (traceId: string) => Promise<readonly Span[]>;

  beforeEach(async () => {
    url = await serve(otlpReceiver(store, { ...RECEIVER_LIMITS, bodyMs: 300 }));
    const api = await serve(tracesApi(store));
    const http = async (request: { url: string }) => {
      const response = await fetch(request.url);
      return { status: response.status, text: () => response.text() } as never;
    };
    const reader = builtInReader({ http, signal: new AbortController().signal }, { url: api, token: 't' });
    read = async (traceId) => (await reader.read(traceId)).spans;
  });

  it('gives back through the API what came in, to the nanosecond', async () => {
    const spans = fakeSpans(
      {
        id: 0,
        service: 'orders',
        name: 'POST /orders',
        kind: 'server',
        from: 1,
        to: 100_000_007,
        attributes: { 'request.id': 'r', n: 7, big: 2n ** 60n, ok: true, list: ['a', 1.5] },
      },
      {
        id: 1,
        parent: 0,
        service: 'products',
        name: 'SELECT',
        kind: 'client',
        from: 3,
        to: 9,
        error: 'boom',
        events: [{ name: 'e', time: FAKE_START, attributes: new Map() }],
      },
    );
    const answer = await send(url, { body: gzipSync(JSON.stringify(otlpOf(spans))), headers: { 'content-encoding': 'gzip' } });
    expect([answer.status, answer.type, answer.body.toString()]).toEqual([200, 'application/json', '{}']);
    expect((await read(FAKE_TRACE_ID)).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(spans);
  });

  it('reads protobuf as it reads JSON, and answers in protobuf', async () => {
    const body = protobufRequest((span) => {
      span.uint32(74).fork().uint32(10).string('n').uint32(18).fork().uint32(24).int64('-5').ldelim().ldelim();
      span.uint32(122).fork().uint32(18).string('boom').uint32(24).int32(2).ldelim();
    });
    const answer = await send(url, { body, headers: PROTOBUF });
    expect([answer.status, answer.type, answer.body.length]).toEqual([200, 'application/x-protobuf', 0]);
    const [span] = await read(FAKE_TRACE_ID);
    expect(span).toMatchObject({ id: '00f067aa0ba902b7', kind: 'server', start: FAKE_START, status: { code: 'error', message: 'boom' } });
    expect(span?.attributes.get('n')).toBe(-5);
  });

  it('rejects broken spans one by one and keeps the others', async () => {
    const document = otlpOf([...good, ...fakeSpans({ id: 1, from: 0, to: 1 }, { id: 2, from: 0, to: 1 }, { id: 3, from: 0, to: 1 })]);
    const spanAt = (index: number) =>
      (document.resourceSpans[index] as { scopeSpans: [{ spans: [Record<string, unknown>] }] }).scopeSpans[0].spans[0];
    spanAt(1)['traceId'] = '0'.repeat(32);
    spanAt(2)['kind'] = 'SPAN_KIND_SERVER';
    spanAt(3)['startTimeUnixNano'] = '99999999999999999999';
    const { status, body } = await send(url, { body: JSON.stringify(document) });
    const { partialSuccess } = JSON.parse(body.toString());
    expect([status, partialSuccess.rejectedSpans]).toEqual([200, '3']);
    expect(partialSuccess.errorMessage).toContain('resourceSpans[2].scopeSpans[0].spans[0].kind must be a number from 0 to 5');
    expect(await read(FAKE_TRACE_ID)).toHaveLength(1);
  });

  const json = JSON.stringify(otlpOf(good));
  it.each<[string, number, Sent]>([
    ['another path', 404, { body: json, path: '/v1/metrics' }],
    ['another method', 405, { body: '', method: 'GET' }],
    ['another media type', 415, { body: json, headers: { 'content-type': 'text/plain' } }],
    ['another compression', 415, { body: json, headers: { 'content-encoding': 'br' } }],
    ['a page in a browser', 403, { body: json, headers: { origin: 'http://localhost:3000' } }],
    ['a rebound host name', 403, { body: json, headers: { host: 'evil.example' } }],
    ['a host that is no URL', 403, { body: json, headers: { host: '][' } }],
    ['text that is no JSON', 400, { body: '{' }],
    ['JSON that is no OTLP', 400, { body: '[]' }],
    ['OTLP with a field of another type', 400, { body: '{"resourceSpans":{}}' }],
    ['bytes that are no gzip', 400, { body: json, headers: { 'content-encoding': 'gzip' } }],
    ['protobuf that is cut off', 400, { body: protobufRequest(() => undefined).subarray(0, -3), headers: PROTOBUF }],
    ['random bytes as protobuf', 400, { body: Buffer.from('0aff'.repeat(64), 'hex'), headers: PROTOBUF }],
    ['five megabytes', 413, { body: Buffer.alloc(5 * 1024 * 1024, 32) }],
    ['a gzip bomb', 413, { body: gzipSync(Buffer.alloc(200 * 1024 * 1024, 32)), headers: { 'content-encoding': 'gzip' } }],
    [
      'a million attributes as JSON',
      413,
      {
        body: gzipSync(`{"resourceSpans":[{"resource":{"attributes":[${'{"key":"a"},'.repeat(1e6)}0]}}]}`),
        headers: { 'content-encoding': 'gzip' },
      },
    ],
    ['JSON of a million brackets', 413, { body: '['.repeat(1e6) }],
    [
      'protobuf of eight million empty spans',
      413,
      {
        body: gzipSync(Buffer.concat([Buffer.from([0x0a, 0x80, 0x80, 0x80, 0x04]), Buffer.alloc(8 * 1024 * 1024, Buffer.from([0x12, 0]))])),
        headers: { ...PROTOBUF, 'content-encoding': 'gzip' },
      },
    ],
  ])('refuses %s with %i', async (_, status, sent) => {
    expect((await send(url, sent)).status).toBe(status);
    expect((await send(url, { body: json })).status).toBe(200);
  });

  it('keeps 128 of a million attributes in protobuf', async () => {
    const body = protobufRequest((span) => {
      for (let i = 0; i < 1_000_000; i++) span.uint32(74).fork().uint32(10).string(`a${i}`).ldelim();
    });
    expect((await send(url, { body: gzipSync(body), headers: { ...PROTOBUF, 'content-encoding': 'gzip' } })).status).toBe(200);
    expect((await read(FAKE_TRACE_ID))[0]?.attributes.size).toBe(128);
  });

  it('cuts long text and deep values, and takes keys for keys', async () => {
    const deep = JSON.parse(`${'{"arrayValue":{"values":['.repeat(15)}{"intValue":"1"}${']}}'.repeat(15)}`);
    const document = otlpOf(good) as { resourceSpans: [{ scopeSpans: [{ spans: [{ attributes: object[] }] }] }] };
    document.resourceSpans[0].scopeSpans[0].spans[0].attributes = [
      { key: '__proto__', value: { stringValue: 'polluted' } },
      { key: 'long', value: { stringValue: 'x'.repeat(100_000) } },
      { key: 'deep', value: deep },
    ];
    expect((await send(url, { body: JSON.stringify(document) })).status).toBe(200);
    const attributes = (await read(FAKE_TRACE_ID))[0]?.attributes;
    expect(attributes?.get('__proto__')).toBe('polluted');
    expect(String(attributes?.get('long'))).toHaveLength(8_192);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('gives up on a body that stops coming', async () => {
    const slow = await raw(
      url,
      'POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    expect(slow).toContain('408');
    expect((await send(url, { body: json })).status).toBe(200);
  });

  it('asks the seventeenth request at a time to come back', async () => {
    const opening = 'POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{';
    const answers = await Promise.all(Array.from({ length: 20 }, () => raw(url, opening)));
    expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 503'))).toHaveLength(4);
    expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 408'))).toHaveLength(16);
  });

  it('does not grow under many hostile requests', async () => {
    const bombs = [gzipSync(Buffer.alloc(200 * 1024 * 1024, 91)), gzipSync('[1,'.repeat(5e6)), gzipSync(`"${'x'.repeat(15e6)}"`)];
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 30; i++) await send(url, { body: bombs[i % bombs.length] as Buffer, headers: { 'content-encoding': 'gzip' } });
    expect((process.memoryUsage().rss - before) / 1024 / 1024).toBeLessThan(200);
  });
});

/** What the server answers to these bytes until it closes. */
function raw(url: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}
