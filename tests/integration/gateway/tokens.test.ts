import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AUDIENCE, type Authority, ISSUER, orders, policy, type Scene, startAuthority, startScene, uses } from './scene.ts';

let authority: Authority;
let scene: Scene;
const now = Math.floor(Date.now() / 1000);
const KEY = 'a-random-key-of-a-machine';

beforeAll(async () => {
  authority = await startAuthority(['k1', 'k2', 'stranger']);
  const digest = createHash('sha256').update(KEY).digest('hex');
  const rule = { filters: [uses('p')] };
  const guarded = policy('p', { authentication: { anyOf: ['jwt', 'apiKey'], scopes: ['orders:read'] } });
  scene = await startScene(orders(rule, guarded), { ...authority.env, API_KEYS: `robot=${digest};orders:read,poor=${'b'.repeat(64)}` });
});
afterAll(async () => {
  await scene.stop();
  await authority.keys.stop();
});
beforeEach(() => {
  scene.upstream.heard.length = 0;
});

const ask = (headers: Readonly<Record<string, string>>) => fetch(`${scene.app.url}/api/orders`, { headers });
const withToken = (token: string) => ask({ authorization: `Bearer ${token}` });
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const sound = { iss: ISSUER, aud: AUDIENCE, sub: 'u1', scope: 'orders:read', exp: now + 300 };
const hs256 = (header: object, secret: string) => {
  const text = `${encoded({ alg: 'HS256', ...header })}.${encoded(sound)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};

async function expectRefused(token: string): Promise<void> {
  const answer = await withToken(token);
  expect([answer.status, answer.headers.get('content-type'), answer.headers.get('www-authenticate')]).toEqual([
    401,
    'application/problem+json; charset=utf-8',
    expect.stringContaining('Bearer'),
  ]);
  expect(scene.upstream.heard).toEqual([]);
}

describe('a sound proof', () => {
  it('tells the backend who asks, whatever the client says of itself', async () => {
    const token = await authority.sign();
    for (let n = 0; n < 2; n++) {
      const answer = await ask({ authorization: `Bearer ${token}`, 'x-user-id': 'eve', 'x-user-scopes': 'all' });
      expect(answer.status).toBe(200);
    }
    for (const { headers } of scene.upstream.heard)
      expect(headers).toMatchObject({ 'x-user-id': 'u1', 'x-user-scopes': 'orders:read', 'x-user-auth': 'jwt' });
    expect(scene.upstream.heard).toHaveLength(2);
  });

  it('may be an API key, which the backend does not see', async () => {
    expect((await ask({ 'x-api-key': KEY })).status).toBe(200);
    expect(scene.upstream.heard[0]?.headers).toMatchObject({ 'x-user-id': 'robot', 'x-user-auth': 'apiKey' });
    expect(scene.upstream.heard[0]?.headers['x-api-key']).toBeUndefined();
  });

  it('is not enough without the scope', async () => {
    const answer = await withToken(await authority.sign({ scope: 'orders:write' }));
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([403, expect.stringContaining('insufficient_scope')]);
  });

  it('is taken within thirty seconds of skew', async () => {
    expect((await withToken(await authority.sign({ exp: now - 10 }))).status).toBe(200);
    expect((await withToken(await authority.sign({ nbf: now + 10 }))).status).toBe(200);
  });
});

describe('claims', () => {
  it.each([
    ['an expired token', { exp: now - 120 }],
    ['a token without an end', { exp: undefined }],
    ['a token that is not valid yet', { nbf: now + 120 }],
    ['another issuer', { iss: 'https://evil.example.com' }],
    ['an issuer that begins alike', { iss: `${ISSUER}.evil.example.com` }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'other' }],
    ['no audience', { aud: undefined }],
    ['an audience in another case', { aud: AUDIENCE.toUpperCase() }],
    ['an empty list of audiences', { aud: [] }],
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
    ['a subject with a line end', { sub: 'a\r\nX-Admin: 1' }],
    ['a subject with a space', { sub: 'a b' }],
    ['a subject of letters that no header holds', { sub: 'ü' }],
    ['a subject without end', { sub: 'a'.repeat(300) }],
    ['a subject that is a number', { sub: 1 as never }],
    ['a subject that is a list', { sub: ['u1'] as never }],
    ['an end that is a text', { exp: 'never' as never }],
  ])('%s is refused', async (_name, claims: Readonly<Record<string, unknown>>) => {
    await expectRefused(await authority.sign(claims));
  });
});

describe('keys and algorithms', () => {
  it.each(['none', 'None', 'NONE', 'nOnE', '', 'HS256', 'RS256', 'ES512', 'dir', 'A128KW'])(
    'alg %s without a signature is refused',
    async (alg) => {
      await expectRefused(`${encoded({ alg, typ: 'JWT', kid: 'k1' })}.${encoded(sound)}.`);
    },
  );

  it.each(['none', 'HS256', 'ES384', 'RS256'])('alg %s over a sound signature is refused', async (alg) => {
    const [, payload, signature] = (await authority.sign()).split('.');
    await expectRefused(`${encoded({ alg, kid: 'k1' })}.${payload}.${signature}`);
  });

  it('a signature by the public key as a secret is refused', async () => {
    const jwk = authority.publicJwk('k1');
    for (const secret of [JSON.stringify(jwk), String(jwk['x']), `${jwk['x']}${jwk['y']}`, ' ', ''])
      await expectRefused(hs256({ kid: 'k1' }, secret));
  });

  it('a key of another name is refused', async () => {
    await expectRefused(await authority.sign({}, { key: 'stranger' }));
  });

  it('a stranger’s signature under a known name is refused', async () => {
    await expectRefused(await authority.sign({}, { key: 'stranger', header: { kid: 'k1' } }));
  });

  it.each([
    '../../dev/null',
    '/dev/null',
    "k1' OR '1'='1",
    'k1\0',
    'http://evil.example.com/k',
    '$(id)',
    '__proto__',
    'constructor',
    '',
    'k1 ',
    'K1',
    'a'.repeat(2_000),
  ])('the key name %j is refused', async (kid) => {
    await expectRefused(await authority.sign({}, { key: 'stranger', header: { kid } }));
  });

  it('a key that the token brings along is not looked at', async () => {
    const jwk = authority.publicJwk('stranger');
    await expectRefused(await authority.sign({}, { key: 'stranger', header: { kid: 'k1', jwk } }));
    await expectRefused(await authority.sign({}, { key: 'stranger', header: { kid: 'k1', jku: `${authority.keys.url}/evil` } }));
    await expectRefused(await authority.sign({}, { key: 'stranger', header: { kid: 'k1', x5u: `${authority.keys.url}/evil` } }));
    expect(authority.keys.requests.map(({ path }) => path)).not.toContain('/evil');
  });

  it('an extension that must be understood is refused', async () => {
    const [, payload, signature] = (await authority.sign()).split('.');
    await expectRefused(`${encoded({ alg: 'ES256', kid: 'k1', crit: ['exp'], exp: 1 })}.${payload}.${signature}`);
  });

  it('made-up key names cause no flood of fetches', async () => {
    const before = authority.keys.requests.length;
    for (let n = 0; n < 20; n++) await expectRefused(await authority.sign({}, { key: 'stranger', header: { kid: `made-up-${n}` } }));
    expect(authority.keys.requests.length - before).toBeLessThanOrEqual(1);
  });
});

describe('what is no token', () => {
  it.each([
    '',
    '.',
    '..',
    '...',
    'a.b',
    'a.b.c',
    'a.b.c.d.e',
    'null',
    '{}',
    `${'a'.repeat(9_000)}.b.c`,
    'e30.e30.e30',
    'eyJhbGciOiJFUzI1NiJ9..',
    'eyJhbGciOiJFUzI1NiJ9.e30.',
  ])('Bearer %j is refused', async (token) => {
    const answer = await withToken(token);
    expect(answer.status).toBe(401);
    expect(scene.upstream.heard).toEqual([]);
  });

  it.each(['Basic dTpw', 'Bearer', 'Token x', 'Bearer a b', 'Bearer a,Bearer b', 'bearer: x', 'Digest x'])(
    'Authorization %j is refused',
    async (authorization) => {
      expect((await ask({ authorization })).status).toBe(401);
      expect(scene.upstream.heard).toEqual([]);
    },
  );

  it('a token with one letter changed is refused, wherever that is', async () => {
    const token = await authority.sign();
    for (const at of [5, token.indexOf('.') + 5, token.lastIndexOf('.') + 5])
      await expectRefused(token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1));
  });

  it('a token in the query is none', async () => {
    const answer = await fetch(`${scene.app.url}/api/orders?access_token=${await authority.sign()}`);
    expect(answer.status).toBe(401);
  });

  it.each(['wrong', KEY.toUpperCase(), `${KEY} x`, KEY.slice(0, -1), `${KEY}0`, 'b'.repeat(64)])(
    'the API key %j is refused',
    async (key) => {
      expect((await ask({ 'x-api-key': key })).status).toBe(401);
      expect(scene.upstream.heard).toEqual([]);
    },
  );

  it('a bad token is not made good by a good key', async () => {
    expect((await ask({ authorization: 'Bearer a.b.c', 'x-api-key': KEY })).status).toBe(401);
  });

  it('nothing at all is refused', async () => {
    const answer = await ask({});
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer, ApiKey']);
  });
});

it('answers 503, not 401, while the keys were never there', async () => {
  const lost = await startScene(orders({ filters: [uses('p')] }, policy('p', { authentication: { anyOf: ['jwt'] } })), {
    ...authority.env,
    JWKS_URL: 'http://127.0.0.1:9/jwks',
  });
  const answer = await fetch(`${lost.app.url}/api/orders`, { headers: { authorization: `Bearer ${await authority.sign()}` } });
  expect(answer.status).toBe(503);
  await lost.stop();
});
