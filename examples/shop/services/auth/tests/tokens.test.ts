import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, expect, test } from 'vitest';
import type { components } from '../src/api.ts';
import { bodyOf, example, startApp, unknownId } from './app.ts';

type Schemas = components['schemas'];

const app = await startApp();
afterAll(() => app.stop());

const tokenFor = (body: unknown) => app.send('POST', '/tokens', { body });

async function newAccount() {
  const credentials = { email: example.email, password: example.password };
  return { ...credentials, ...(await bodyOf<Schemas['Account']>(await app.create(credentials))) };
}

/** What a token says, checked as a gateway checks it. */
async function claims(answer: Response) {
  const { accessToken } = await bodyOf<Schemas['Token']>(answer);
  const keys = await bodyOf<Schemas['KeySet']>(await app.send('GET', '/.well-known/jwks.json'));
  const rules = { issuer: 'http://auth', audience: 'shop', algorithms: ['ES256'] };
  return (await jwtVerify(accessToken, createLocalJWKSet({ ...keys }), rules)).payload;
}

test('a token says whose it is, for a quarter of an hour, and its key is published', async () => {
  const { id, email, password } = await newAccount();
  const answer = await tokenFor({ email: email.toUpperCase(), password });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const { sub, scope, iat = 0, exp = 0 } = await claims(answer);
  expect({ sub, scope, lasts: exp - iat }).toEqual({ sub: id, scope: '', lasts: 900 });
});

test('what an account may is said in its tokens', async () => {
  const { id, email, password } = await newAccount();
  await app.send('PUT', `/accounts/${id}/scopes`, { body: { scopes: ['shop:manage'] } });
  expect(await claims(await tokenFor({ email, password }))).toMatchObject({ scope: 'shop:manage' });
  expect((await app.send('PUT', `/accounts/${unknownId}/scopes`, { body: { scopes: [] } })).status).toBe(404);
});

test('a wrong password and an unknown account are answered alike', async () => {
  const { email } = await newAccount();
  const answers = [
    await tokenFor({ email, password: 'a wrong one' }),
    await tokenFor({ email: example.email, password: 'any at all' }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([401, 401]);
  const [wrong, unknown] = await Promise.all(answers.map((answer) => bodyOf<Schemas['Problem']>(answer)));
  expect({ ...wrong, requestId: '' }).toEqual({ ...unknown, requestId: '' });
});

test('guesses at once are counted as so many; then even the right password has to wait, known account or not', async () => {
  const { email, password } = await newAccount();
  for (const address of [email, example.email]) {
    const guesses = await Promise.all([...Array(20)].map(() => tokenFor({ email: address, password: 'a wrong one' })));
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(10);
  }
  const refused = await tokenFor({ email, password });
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800);
});

test('who signs in may fail again', async () => {
  const { email, password } = await newAccount();
  for (let round = 0; round < 3; round++) {
    for (let guess = 0; guess < 5; guess++) await tokenFor({ email, password: 'a wrong one' });
    expect((await tokenFor({ email, password })).status).toBe(200);
  }
});

test('a mail address has one account, whatever its letter case', async () => {
  const { email, password } = await newAccount();
  expect((await app.create({ email: email.toUpperCase(), password })).status).toBe(409);
});

test('an API key is exchanged for a token of its account until it is withdrawn', async () => {
  const { id: user } = await newAccount();
  const made = await app.send('POST', '/api-keys', { user, body: { name: 'reports' } });
  const { id, key: apiKey } = await bodyOf<Schemas['NewApiKey']>(made);
  expect(await claims(await tokenFor({ apiKey }))).toMatchObject({ sub: user });
  const list = await (await app.send('GET', '/api-keys', { user })).text();
  expect(list).toContain('reports');
  expect(list).not.toContain(apiKey);
  const other = (await newAccount()).id;
  expect((await app.send('DELETE', `/api-keys/${id}`, { user: other })).status).toBe(404);
  expect((await app.send('DELETE', `/api-keys/${id}`, { user })).status).toBe(204);
  expect((await tokenFor({ apiKey })).status).toBe(401);
});

test('nobody has API keys without saying who it is', async () => {
  expect((await app.send('GET', '/api-keys')).status).toBe(400);
});
