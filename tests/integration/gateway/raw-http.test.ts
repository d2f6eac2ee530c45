import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { orders, policy, raw, type Scene, startScene } from './scene.ts';

/** Every attack here is bytes on a socket; the upstream says what, if anything, became of them. */
let scene: Scene;
beforeAll(async () => {
  const admin = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'admin' },
    spec: {
      rules: [
        {
          matches: [{ path: { value: '/api/orders/admin' } }],
          backendRefs: [{ name: 'orders' }],
          filters: [{ type: 'ExtensionRef', extensionRef: { group: 'gateway.svckit.dev', kind: 'RoutePolicy', name: 'closed' } }],
        },
      ],
    },
  };
  scene = await startScene(orders({}, admin, policy('closed', { authentication: { anyOf: ['apiKey'] } })), {
    API_KEYS: `ops=${'a'.repeat(64)}`,
  });
});
afterAll(() => scene.stop());
beforeEach(() => {
  scene.upstream.heard.length = 0;
});

const HEAD = 'Host: a\r\n';
const SMUGGLED = 'GET /api/orders/smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
const statusesOf = (reply: string) => [...reply.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
const reachedUrls = () => scene.upstream.heard.map(({ url }) => url);

describe('smuggling: never a second request that was not asked for', () => {
  const post = (headers: string, body: string) => `POST /api/orders HTTP/1.1\r\n${HEAD}${headers}\r\n\r\n${body}`;
  it.each([
    ['CL.TE', post('Content-Length: 6\r\nTransfer-Encoding: chunked', `0\r\n\r\nG`)],
    ['TE.CL', post('Transfer-Encoding: chunked\r\nContent-Length: 4', `5c\r\n${SMUGGLED}\r\n0\r\n\r\n`)],
    ['two lengths that differ', post('Content-Length: 0\r\nContent-Length: 40', SMUGGLED)],
    ['two lengths alike', post('Content-Length: 5\r\nContent-Length: 5', 'hello')],
    ['a list of lengths', post('Content-Length: 5, 5', 'hello')],
    ['a length with a sign', post('Content-Length: +5', 'hello')],
    ['a negative length', post('Content-Length: -1', 'hello')],
    ['a length in hexadecimal', post('Content-Length: 0x5', 'hello')],
    ['a length with a space in it', post('Content-Length: 1 0', 'hello')],
    ['a length of many digits', post(`Content-Length: ${'9'.repeat(30)}`, 'hello')],
    ['an empty length', post('Content-Length: ', 'hello')],
    ['a space before the colon of the length', post('Content-Length : 5', 'hello')],
    ['a space before the colon of the encoding', post('Transfer-Encoding : chunked', `0\r\n\r\n${SMUGGLED}`)],
    ['an encoding that is none', post('Transfer-Encoding: xchunked', `0\r\n\r\n${SMUGGLED}`)],
    ['identity as encoding', post('Transfer-Encoding: identity', SMUGGLED)],
    ['chunked before another encoding', post('Transfer-Encoding: chunked, identity', `0\r\n\r\n${SMUGGLED}`)],
    ['an encoding before chunked', post('Transfer-Encoding: gzip, chunked', `0\r\n\r\n`)],
    ['chunked twice in one header', post('Transfer-Encoding: chunked, chunked', `0\r\n\r\n`)],
    ['chunked twice in two headers', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', `0\r\n\r\n`)],
    ['chunked and another in two headers', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: cow', `0\r\n\r\n`)],
    ['chunked in quotes', post('Transfer-Encoding: "chunked"', `0\r\n\r\n${SMUGGLED}`)],
    ['chunked after a vertical tab', post('Transfer-Encoding: \x0bchunked', `0\r\n\r\n${SMUGGLED}`)],
    ['chunked after a null byte', post('Transfer-Encoding: \0chunked', `0\r\n\r\n${SMUGGLED}`)],
    ['a folded encoding', post('Transfer-Encoding:\r\n chunked', `0\r\n\r\n${SMUGGLED}`)],
    ['a folded header', post('X-A: 1\r\n Content-Length: 5', 'hello')],
    ['a header that begins with a space', `GET /api/orders HTTP/1.1\r\n Host: a\r\n\r\n`],
    ['a bare line feed between headers', `GET /api/orders HTTP/1.1\r\nHost: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a bare carriage return in a header', `GET /api/orders HTTP/1.1\r\nHost: a\rX: b\r\n\r\n`],
    ['chunked with HTTP/1.0', `POST /api/orders HTTP/1.0\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a header without a colon', `GET /api/orders HTTP/1.1\r\n${HEAD}Nonsense\r\n\r\n`],
    ['a header without a name', `GET /api/orders HTTP/1.1\r\n${HEAD}: x\r\n\r\n`],
    ['a null byte in a header', `GET /api/orders HTTP/1.1\r\n${HEAD}X-A: a\0b\r\n\r\n`],
    ['a null byte in a header name', `GET /api/orders HTTP/1.1\r\n${HEAD}X\0A: b\r\n\r\n`],
    ['a chunk size that is no number', post('Transfer-Encoding: chunked', `zz\r\nhello\r\n0\r\n\r\n`)],
    ['a chunk size with a sign', post('Transfer-Encoding: chunked', `-5\r\nhello\r\n0\r\n\r\n`)],
    ['a chunk size with 0x', post('Transfer-Encoding: chunked', `0x5\r\nhello\r\n0\r\n\r\n`)],
    ['a chunk size that overflows', post('Transfer-Encoding: chunked', `${'f'.repeat(20)}\r\nhello\r\n0\r\n\r\n`)],
    ['a chunk longer than it says', post('Transfer-Encoding: chunked', `2\r\nhello\r\n0\r\n\r\n`)],
    ['a chunk that ends in a bare line feed', post('Transfer-Encoding: chunked', `5\nhello\n0\n\n`)],
    ['chunk extensions without end', post('Transfer-Encoding: chunked', `5;${'a'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`)],
    ['two hosts', `GET /api/orders HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`],
    ['no host', `GET /api/orders HTTP/1.1\r\n\r\n`],
    ['a host with a path', `GET /api/orders HTTP/1.1\r\nHost: a/b\r\n\r\n`],
    ['a host with a user', `GET /api/orders HTTP/1.1\r\nHost: a@b\r\n\r\n`],
    ['a host with a space', `GET /api/orders HTTP/1.1\r\nHost: a b\r\n\r\n`],
    ['a host of brackets', `GET /api/orders HTTP/1.1\r\nHost: ][\r\n\r\n`],
    ['an empty host', `GET /api/orders HTTP/1.1\r\nHost: \r\n\r\n`],
    ['two Authorization headers', `GET /api/orders HTTP/1.1\r\n${HEAD}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n`],
    ['two content types', post('Content-Type: text/plain\r\nContent-Type: application/json\r\nContent-Length: 2', '{}')],
    ['HTTP/0.9', 'GET /api/orders\r\n\r\n'],
    ['HTTP/2 in plain text', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a version that is none', `GET /api/orders HTTP/1.9\r\n${HEAD}\r\n`],
    ['bytes that are no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a space before the method', ` GET /api/orders HTTP/1.1\r\n${HEAD}\r\n`],
    ['a tab in the request line', `GET\t/api/orders\tHTTP/1.1\r\n${HEAD}\r\n`],
    ['a method that is none', `G@T /api/orders HTTP/1.1\r\n${HEAD}\r\n`],
    ['a header of 20 KB', `GET /api/orders HTTP/1.1\r\n${HEAD}X-A: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['a thousand headers', `GET /api/orders HTTP/1.1\r\n${HEAD}${'X-Aaaaaaaaaaaaaaaaaa: b\r\n'.repeat(1_000)}\r\n`],
    ['a path of 20 KB', `GET /api/orders/${'a'.repeat(20_000)} HTTP/1.1\r\n${HEAD}\r\n`],
  ])('%s', async (_name, bytes) => {
    const reply = await raw(scene.port, bytes, 150);
    for (const status of statusesOf(reply).slice(0, 1)) expect(status).toBeGreaterThanOrEqual(400);
    expect(statusesOf(reply).filter((status) => status < 400)).toEqual([]);
    expect(reachedUrls().filter((url) => url.includes('smuggled'))).toEqual([]);
    expect(scene.upstream.heard.filter(({ body }) => body.includes('smuggled'))).toEqual([]);
  });

  it.each([
    ['a GET with a body, and a request after it', `GET /api/orders/1 HTTP/1.1\r\n${HEAD}Content-Length: 5\r\n\r\nhello${SMUGGLED}`],
    ['pipelined requests', `GET /api/orders/1 HTTP/1.1\r\n${HEAD}\r\n${SMUGGLED}`],
  ])('%s are two requests on both sides', async (_name, bytes) => {
    expect(statusesOf(await raw(scene.port, bytes))).toEqual([200, 200]);
    expect(reachedUrls().sort()).toEqual(['/api/orders/1', '/api/orders/smuggled']);
  });
});

it('a request line with spaces to spare is one request, with one between its parts', async () => {
  await raw(scene.port, `GET  /api/orders  HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`);
  expect(reachedUrls()).toEqual(['/api/orders']);
});

describe('paths: one spelling for each resource, and none that a server could read otherwise', () => {
  it.each([
    '/api/orders/../admin',
    '/api/orders/..',
    '/api/orders/./x',
    '/api/orders//admin',
    '//api/orders',
    '/api/x/../orders/admin',
    '/api/orders/%2e%2e/admin',
    '/api/orders/%2E%2E/admin',
    '/api/orders/.%2e/admin',
    '/api/orders/%2e/x',
    '/api/orders%2fadmin',
    '/api/orders%2Fadmin',
    '/api/orders/%252e%252e/admin',
    '/api/orders/%25%32%66',
    '/api/orders%5cadmin',
    '/api/orders\\admin',
    '/api/orders/..\\admin',
    '/api/orders/%00',
    '/api/orders/a%00b',
    '/api/orders/%0d%0aX:1',
    '/api/orders/%09',
    '/api/orders/%7f',
    '/api/orders/%',
    '/api/orders/%2',
    '/api/orders/%zz',
    '/api/orders/%u0061',
    '/api/orders;x=1/admin',
    '/api/orders/admin;x',
    '/api/orders/admin%3bx',
    '/api/orders/..;/admin',
    '/api/orders/"x"',
    '/api/orders/<x>',
    '/api/orders/{x}',
    '/api/orders/|x',
    '/api/orders/^x',
    '/api/orders/`x',
    '/api/orders/\xe4',
    '/api/orders#fragment',
    '/api/orders?a#b',
    'http://elsewhere.example/api/orders',
    'https://127.0.0.1/api/orders',
    'file:///etc/passwd',
    'api/orders',
    '*',
    '?x',
  ])('%s is refused', async (path) => {
    const [status = 0] = statusesOf(await raw(scene.port, `GET ${path} HTTP/1.1\r\n${HEAD}\r\n`, 150));
    expect([400, 404]).toContain(status);
    expect(scene.upstream.heard).toEqual([]);
  });

  it.each([
    '/api/orders/admin',
    '/api/orders/%61dmin',
    '/api/orders/adm%69n',
    '/api/orders/%61%64%6d%69%6e',
    '/api/orders/admin/',
    '/api/orders/admin/x',
    '/api/orders/admin?x=1',
  ])('%s is the closed route', async (path) => {
    expect(statusesOf(await raw(scene.port, `GET ${path} HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`))).toEqual([401]);
    expect(scene.upstream.heard).toEqual([]);
  });

  it.each([
    ['/api/orders/%7Ea', '/api/orders/~a'],
    ['/api/orders/a%20b', '/api/orders/a%20b'],
    ['/api/orders/%c3%a4', '/api/orders/%C3%A4'],
    ['/api/orders?q=%2e%2e%2f', '/api/orders?q=%2e%2e%2f'],
  ])('%s reaches the backend as %s', async (asked, heard) => {
    expect(statusesOf(await raw(scene.port, `GET ${asked} HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`))).toEqual([200]);
    expect(reachedUrls()).toEqual([heard]);
  });

  it.each(['/api/ordersx', '/api/order', '/API/orders', '/api/Orders', '/', '/api'])('%s is no route', async (path) => {
    expect(statusesOf(await raw(scene.port, `GET ${path} HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`))).toEqual([404]);
  });

  it.each(['TRACE', 'PROPFIND', 'LINK', 'PURGE', 'SEARCH'])('%s is not passed on', async (method) => {
    expect(statusesOf(await raw(scene.port, `${method} /api/orders HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`))).toEqual([405]);
    expect(scene.upstream.heard).toEqual([]);
  });

  it('CONNECT opens no tunnel', async () => {
    expect(
      statusesOf(await raw(scene.port, 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n', 150)).filter(
        (status) => status < 400,
      ),
    ).toEqual([]);
    expect(scene.upstream.heard).toEqual([]);
  });
});

describe('headers: a client cannot speak for the gateway', () => {
  const heardWith = async (headers: string) => {
    expect(statusesOf(await raw(scene.port, `GET /api/orders HTTP/1.1\r\n${HEAD}${headers}Connection: close\r\n\r\n`))).toEqual([200]);
    return scene.upstream.heard[0]?.headers ?? {};
  };

  it.each([
    'X-User-ID',
    'x-user-id',
    'X-USER-SCOPES',
    'X-User-Auth',
    'X-User-Anything',
    'X_User_Id',
    'X-User_ID',
    'x_forwarded_for',
    'Forwarded',
    'X-Real-IP',
    'X-Client-IP',
    'True-Client-IP',
    'X-Original-URL',
    'X-Rewrite-URL',
    'X-HTTP-Method-Override',
    'X-Envoy-Original-Path',
    'Proxy-Authorization',
    'Proxy-Connection',
    'Keep-Alive',
    'TE',
    'Trailer',
    'HTTP2-Settings',
  ])('%s is not passed on', async (name) => {
    const heard = await heardWith(`${name}: evil\r\n`);
    expect(Object.values(heard)).not.toContain('evil');
  });

  it.each([
    ['X-Forwarded-For: 1.2.3.4', 'x-forwarded-for', '127.0.0.1'],
    ['X-Forwarded-Proto: https', 'x-forwarded-proto', 'http'],
    ['X-Forwarded-Host: evil', 'x-forwarded-host', 'a'],
    ['X-Request-ID: good-1', 'x-request-id', 'good-1'],
  ])('of %s the backend hears %s: %s', async (given, name, value) => {
    expect((await heardWith(`${given}\r\n`))[name]).toBe(value);
  });

  it.each(['X-Request-ID: a b', 'X-Request-ID: <script>', `X-Request-ID: ${'a'.repeat(200)}`, 'X-Request-ID: "'])(
    '%s is replaced',
    async (given) => {
      expect((await heardWith(`${given}\r\n`))['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('drops what Connection names, but not what would change who asks', async () => {
    await raw(
      scene.port,
      `GET /api/orders HTTP/1.1\r\n${HEAD}X-Secret: evil\r\nAuthorization: Bearer kept\r\nConnection: close, x-secret, authorization, x-request-id\r\n\r\n`,
    );
    const heard = scene.upstream.heard[0]?.headers ?? {};
    expect(heard['x-secret']).toBeUndefined();
    expect(heard['authorization']).toBe('Bearer kept');
    expect(heard['x-request-id']).toMatch(/./);
  });

  it('upgrades nothing', async () => {
    const reply = await raw(
      scene.port,
      `GET /api/orders HTTP/1.1\r\n${HEAD}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n`,
    );
    expect(statusesOf(reply)).toEqual([200]);
    expect(scene.upstream.heard[0]?.headers['upgrade']).toBeUndefined();
  });

  it('takes no body that is larger than it may be, whether or not its length is told', async () => {
    expect(statusesOf(await raw(scene.port, `POST /api/orders HTTP/1.1\r\n${HEAD}Content-Length: 1048577\r\n\r\n`))).toEqual([413]);
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    expect(
      statusesOf(await raw(scene.port, `POST /api/orders HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(17)}`, 1_000)),
    ).toEqual([413]);
    expect(scene.upstream.heard).toEqual([]);
  });
});
