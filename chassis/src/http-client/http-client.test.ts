import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withExchange } from '../exchange.ts';
import { createLogger } from '../logs/logs.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { startTelemetry } from '../telemetry/telemetry.ts';
import { type FakeUpstream, fakeUpstream } from '../testing/testing.ts';
import { type HttpClient, httpClient, UpstreamError } from './http-client.ts';

const identity = { service: 'orders', version: '1.0.0' };
let peer: FakeUpstream;
let stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  peer = await fakeUpstream({});
  stops = [() => peer.stop()];
});

afterEach(async () => {
  for (const stop of stops) await stop();
});

async function client(...urls: readonly string[]): Promise<HttpClient> {
  const { value, stop } = await httpClient('products').start({
    name: 'products',
    config: { urls: (urls.length > 0 ? urls : [peer.url]).map((url) => new URL(url)) },
    log: createLogger(identity, { write: () => undefined, flush: async () => undefined }),
    metrics: createMetrics(identity),
    tracer: startTelemetry(identity).tracer,
    signal: new AbortController().signal,
    use: () => Promise.reject(new Error('nothing else is needed')),
  });
  stops.unshift(async () => stop?.());
  return value;
}

it('sends and reads JSON', async () => {
  peer.change({ 'POST /orders': ({ body, query }) => ({ status: 201, body: { body, query } }) });
  const products = await client();
  expect(await products.post('/orders', { n: 1 }, { query: { dry: true } })).toEqual({ body: { n: 1 }, query: { dry: 'true' } });
});

it('keeps the path of a base address', async () => {
  peer.change({ 'GET /api/v1/things': { body: 'here' } });
  const products = await client(`${peer.url}/api/v1/`);
  expect(await products.get('/things')).toBe('here');
});

it('gives undefined for what is not found, where that was asked for', async () => {
  const products = await client();
  expect(await products.find('/nothing')).toBeUndefined();
  await expect(products.get('/nothing')).rejects.toMatchObject({ reason: 'status', status: 404, peer: 'products' });
});

it('tries an idempotent call again, and no other', async () => {
  let answers = 0;
  const secondTime = () => (answers++ % 2 === 0 ? { status: 503 } : { body: 'at last' });
  peer.change({ 'GET /thing': secondTime, 'POST /thing': { status: 503 } });
  const products = await client();
  expect(await products.get('/thing')).toBe('at last');
  await expect(products.post('/thing', {})).rejects.toMatchObject({ status: 503 });
  expect(peer.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST']);
  peer.change({ 'POST /thing': secondTime });
  expect(await products.post('/thing', {}, { idempotencyKey: 'k1' })).toBe('at last');
  expect(peer.requests.at(-1)?.headers['idempotency-key']).toBe('k1');
});

it('tries a connection that was cut again', async () => {
  let asked = 0;
  peer.change({ 'GET /thing': () => (asked++ === 0 ? { hangUp: true } : { body: 1 }) });
  expect(await (await client()).get('/thing')).toBe(1);
});

it('does not try an answer again that is final', async () => {
  peer.change({ 'GET /thing': { status: 500 } });
  await expect((await client()).get('/thing')).rejects.toMatchObject({ status: 500, answer: { status: 502 } });
  expect(peer.requests).toHaveLength(1);
});

it('gives up in time', async () => {
  peer.change({ 'GET /thing': { delayMs: 500, body: 1 } });
  const begun = performance.now();
  await expect((await client()).get('/thing', { timeoutMs: 100 })).rejects.toMatchObject({ reason: 'timeout', answer: { status: 504 } });
  expect(performance.now() - begun).toBeLessThan(400);
});

it('outlives no request that it is made for', async () => {
  const products = await client();
  const within = withExchange(ROOT_CONTEXT, { requestId: 'r1', deadline: performance.now() - 1 });
  const late = context.with(within, () => products.get('/thing'));
  await expect(late).rejects.toMatchObject({ reason: 'timeout' });
  expect(peer.requests).toHaveLength(0);
});

it('leaves a peer alone that keeps failing', async () => {
  peer.change({ 'POST /thing': { status: 500 } });
  const products = await client();
  const reasons = [];
  for (let n = 0; n < 12; n++) reasons.push(await products.post('/thing', {}).catch((error: UpstreamError) => error.reason));
  expect(reasons).toEqual([...Array.from({ length: 10 }, () => 'status'), 'circuit-open', 'circuit-open']);
  expect(peer.requests).toHaveLength(10);
});

it('goes to another address where one is gone', async () => {
  peer.change({ 'GET /thing': { body: 1 } });
  const products = await client('http://127.0.0.1:9', peer.url);
  for (let n = 0; n < 5; n++) expect(await products.get('/thing')).toBe(1);
});

it('says so where an answer is no JSON', async () => {
  const html = await fakeUpstream({ 'GET /thing': { body: undefined } });
  stops.push(() => html.stop());
  expect(await (await client(html.url)).get('/thing')).toBeUndefined();
  const garbled = await garbledServer();
  await expect((await client(garbled)).get('/thing')).rejects.toBeInstanceOf(UpstreamError);
});

async function garbledServer(): Promise<string> {
  const { createServer } = await import('node:http');
  const server = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  stops.push(async () => void server.close());
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}
