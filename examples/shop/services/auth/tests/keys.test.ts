import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { Client } from 'pg';
import { afterAll, expect, test } from 'vitest';
import type { components } from '../src/api.ts';
import { bodyOf, example, startApp } from './app.ts';

type Schemas = components['schemas'];

const app = await startApp();
const database = new Client({ connectionString: app.databaseUrl });
await database.connect();
afterAll(async () => {
  await database.end();
  await app.stop();
});

/** Makes the keys older. */
const pass = (days: number, minutes = 0) =>
  database.query('UPDATE signing_keys SET signs_from = signs_from - make_interval(days => $1, mins => $2)', [
    days,
    minutes,
  ]);
const keySet = async () => bodyOf<Schemas['KeySet']>(await app.send('GET', '/.well-known/jwks.json'));

test('of a key no more is published than checks a signature, and it is the same for all who ask at once', async () => {
  const sets = await Promise.all([...Array(5)].map(keySet));
  expect(new Set(sets.map((set) => JSON.stringify(set))).size).toBe(1);
  const [key] = sets[0]?.keys ?? [];
  expect(key).not.toHaveProperty('d');
});

test('a key is published before it signs, and stays until the last token of it has expired', async () => {
  const ids = async () => (await keySet()).keys.map(({ kid }) => kid);
  const { email, password } = example;
  await app.create({ email, password });
  const sign = async () => {
    const answer = await app.send('POST', '/tokens', { body: { email, password } });
    const { accessToken } = await bodyOf<Schemas['Token']>(answer);
    return { token: accessToken, by: decodeProtectedHeader(accessToken).kid };
  };

  const first = await sign();
  await pass(30);
  await expect.poll(ids).toHaveLength(2);
  const [old, next] = await ids();
  expect([first.by, (await sign()).by]).toEqual([old, old]);
  await pass(0, 11);
  expect((await sign()).by).toBe(next);
  await expect(jwtVerify(first.token, createLocalJWKSet({ ...(await keySet()) }))).resolves.toBeDefined();
  await pass(0, 16);
  await expect.poll(ids).toEqual([next]);
});

test('no password and no API key is in the database', async () => {
  const { email, password } = example;
  const { id: user } = await bodyOf<Schemas['Account']>(await app.create({ email, password }));
  const made = await app.send('POST', '/api-keys', { user, body: { name: 'reports' } });
  const { key } = await bodyOf<Schemas['NewApiKey']>(made);
  const { rows } = await database.query(
    'SELECT accounts::text AS account, api_keys::text AS key FROM accounts JOIN api_keys ON account_id = accounts.id',
  );
  expect(rows).toHaveLength(1);
  for (const hidden of [password, key]) expect(JSON.stringify(rows)).not.toContain(hidden);
});
