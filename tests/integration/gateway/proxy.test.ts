import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { call } from '../../conformance/http.ts';
import { closed, listening, orders, policy, type Scene, startScene, uses } from './scene.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function scene(routes: string, env: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const made = await startScene(routes, env);
  stops.push(made.stop);
  return made;
}

async function upstream(handler: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handler as never);
  const url = await listening(server);
  stops.push(() => closed(server));
  return url;
}

it('passes method, path, query, body and headers on, and the answer back', async () => {
  const { app, upstream: echo } = await scene(orders());
  const answer = await fetch(`${app.url}/api/orders/7?full=1`, { method: 'PUT', body: 'hello', headers: { 'x-colour': 'blue' } });
  expect(await answer.json()).toEqual({ method: 'PUT', url: '/api/orders/7?full=1', body: 'hello' });
  expect(echo.heard[0]?.headers['x-colour']).toBe('blue');
});

it('carries one request id and one trace to the backend', async () => {
  const { app, upstream: echo } = await scene(orders());
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const answer = await fetch(`${app.url}/api/orders`, { headers: { traceparent, 'x-request-id': 'r-1' } });
  expect(answer.headers.get('x-request-id')).toBe('r-1');
  expect(echo.heard[0]?.headers['x-request-id']).toBe('r-1');
  expect(echo.heard[0]?.headers['traceparent']).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)/);
});

it('rewrites a prefix on the way in, and a Location on the way out', async () => {
  const url = await upstream((request, response) => response.writeHead(201, { location: '/orders/9', 'x-asked': request.url ?? '' }).end());
  const filters = [{ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/orders' } } }];
  const { app } = await scene(orders({ filters }), { ORDERS_URL: url });
  const answer = await fetch(`${app.url}/api/orders/x`, { method: 'POST' });
  expect([answer.headers.get('x-asked'), answer.headers.get('location')]).toEqual(['/orders/x', '/api/orders/9']);
});

it('answers 503 where nothing listens, and 504 where nothing comes in time', async () => {
  const { app } = await scene(orders(), { ORDERS_URL: 'http://127.0.0.1:9' });
  expect((await fetch(`${app.url}/api/orders`)).status).toBe(503);
  const url = await upstream(() => undefined);
  const slow = await scene(orders({ timeouts: { request: '100ms' } }), { ORDERS_URL: url });
  const answer = await fetch(`${slow.app.url}/api/orders`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([504, 'application/problem+json; charset=utf-8']);
});

it('cuts its client off where a backend dies in the middle of an answer', async () => {
  const url = await upstream((_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half');
    setTimeout(() => response.destroy(), 50);
  });
  const { app } = await scene(orders(), { ORDERS_URL: url });
  await expect(fetch(`${app.url}/api/orders`).then((answer) => answer.text())).rejects.toThrow();
});

it('gives up its own request where the client goes away', async () => {
  let gone = false;
  const url = await upstream((_request, response) => response.on('close', () => (gone = true)));
  const { app } = await scene(orders(), { ORDERS_URL: url });
  await expect(fetch(`${app.url}/api/orders`, { signal: AbortSignal.timeout(100) })).rejects.toThrow();
  await expect.poll(() => gone).toBe(true);
});

it('passes a stream on piece by piece, without waiting for its end', async () => {
  const url = await upstream((_request, response) => {
    response.write('first');
    setTimeout(() => response.end('last'), 300);
  });
  const { app } = await scene(orders(), { ORDERS_URL: url });
  const reader = (await fetch(`${app.url}/api/orders`)).body?.getReader();
  const begun = performance.now();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('first');
  expect(performance.now() - begun).toBeLessThan(200);
  await reader?.read();
});

it('asks a dead service at most 1.3 times as often as it is asked', async () => {
  let asked = 0;
  const url = await upstream((_request, response) => {
    asked++;
    response.writeHead(503).end();
  });
  const { app } = await scene(orders(), { ORDERS_URL: url });
  for (let n = 0; n < 200; n++) expect((await fetch(`${app.url}/api/orders`)).status).toBe(503);
  expect(asked).toBeLessThanOrEqual(260);
});

it('leaves out an instance that is down, and loses no request to it', async () => {
  const url = await upstream((_request, response) => response.end('well'));
  const { app } = await scene(orders(), { ORDERS_URL: `http://127.0.0.1:9,${url}` });
  for (let n = 0; n < 20; n++) expect((await fetch(`${app.url}/api/orders`, { method: 'POST', body: 'x' })).status).toBe(200);
});

it('hides a failure that is no problem document', async () => {
  const url = await upstream((_request, response) =>
    response.writeHead(500, { 'content-type': 'text/html' }).end('<pre>at secret.js:1</pre>'),
  );
  const { app } = await scene(orders(), { ORDERS_URL: url });
  const answer = await fetch(`${app.url}/api/orders`);
  expect(answer.status).toBe(502);
  expect(await answer.text()).not.toContain('secret');
});

it('divides requests by weight', async () => {
  const [old, fresh] = [await upstream((_q, response) => response.end('old')), await upstream((_q, response) => response.end('new'))];
  const backendRefs = [
    { name: 'orders', weight: 9 },
    { name: 'orders-next', weight: 1 },
  ];
  const { app } = await scene(orders({ backendRefs }), { ORDERS_URL: old, ORDERS_NEXT_URL: fresh });
  const texts = await Promise.all(Array.from({ length: 200 }, async () => (await fetch(`${app.url}/api/orders`)).text()));
  const share = texts.filter((text) => text === 'new').length / 200;
  expect(share).toBeGreaterThan(0.01);
  expect(share).toBeLessThan(0.3);
});

it('caches what may be cached, and forgets it when it is changed', async () => {
  let count = 0;
  const url = await upstream((_request, response) =>
    response.writeHead(200, { etag: '"v1"', 'content-type': 'text/plain' }).end(String(++count)),
  );
  const { app } = await scene(orders({ filters: [uses('p')] }, policy('p', { cache: { ttl: '10s' } })), { ORDERS_URL: url });
  const get = (headers = {}) => call(`${app.url}/api/orders/1`, { headers });
  expect((await get()).text).toBe('1');
  const again = await get();
  expect([again.text, again.headers['cache-status']]).toEqual(['1', 'gateway; hit']);
  expect((await get({ 'if-none-match': '"v1"' })).status).toBe(304);
  expect((await get({ authorization: 'Bearer x' })).text).toBe('2');
  expect((await get({ authorization: 'Bearer y' })).text).toBe('3');
  await call(`${app.url}/api/orders/1`, { method: 'DELETE' });
  expect((await get()).text).toBe('5');
});

it('purges by tag for who has the key', async () => {
  let count = 0;
  const url = await upstream((_request, response) => response.end(String(++count)));
  const routes = orders({ filters: [uses('p')] }, policy('p', { cache: { ttl: '10s', tags: ['orders'] } }));
  const { app } = await scene(routes, { ORDERS_URL: url, CACHE_PURGE_KEY: 'a-long-purge-key' });
  const text = async () => (await fetch(`${app.url}/api/orders`)).text();
  const purge = (key: string) =>
    fetch(`${app.url}/-/cache/purge`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body: '{"tags":["orders"]}' });
  expect([await text(), await text()]).toEqual(['1', '1']);
  expect((await purge('wrong')).status).toBe(401);
  expect(await (await purge('a-long-purge-key')).json()).toEqual({ purged: 1 });
  expect(await text()).toBe('2');
});

it('changes JSON both ways', async () => {
  const change = { transform: { request: { add: { source: 'web' } }, response: { remove: ['body'], rename: { url: 'path' } } } };
  const { app, upstream: echo } = await scene(orders({ filters: [uses('p')] }, policy('p', change)));
  const answer = await fetch(`${app.url}/api/orders`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"n":1}' });
  expect(await answer.json()).toEqual({ method: 'POST', path: '/api/orders' });
  expect(JSON.parse(echo.heard[0]?.body ?? '')).toEqual({ n: 1, source: 'web' });
});

it('limits each client, and says how much is left', async () => {
  const { app } = await scene(orders({ filters: [uses('p')] }, policy('p', { rateLimits: [{ by: 'client', requests: 2, per: '1m' }] })));
  const ask = () => fetch(`${app.url}/api/orders`);
  const first = await ask();
  expect([first.headers.get('ratelimit-policy'), first.headers.get('ratelimit')]).toEqual(['"client";q=2;w=60', '"client";r=1;t=0']);
  await ask();
  const third = await ask();
  expect([third.status, Number(third.headers.get('retry-after')) > 0]).toEqual([429, true]);
});

it('does not start with routes that it does not understand, and names file and line', async () => {
  const wrong = orders({ filters: [{ type: 'RequestMirror', requestMirror: {} }, uses('nowhere')], timeout: '1s' });
  await expect(scene(wrong)).rejects.toThrow(/routes\.yaml:1 .*type "RequestMirror"/);
});

it('finishes what is under way when it is stopped', async () => {
  const url = await upstream((_request, response) => setTimeout(() => response.end('done'), 300));
  const { app } = await scene(orders(), { ORDERS_URL: url });
  const answer = fetch(`${app.url}/api/orders`);
  await sleep(100);
  await app.stop();
  expect(await (await answer).text()).toBe('done');
});
