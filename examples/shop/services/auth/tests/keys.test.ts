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

const keySet = async () => bodyOf<Schemas['KeySet']>(await app.send('GET', '/.well-known/jwks.json'));

test('of a key no more is published than checks a signature, and it is the same for all who ask at once', async () => {
  const sets = await Promise.all([...Array(5)].map(keySet));
  expect(new Set(sets.map((set) => JSON.stringify(set))).size).toBe(1);
  const [key] = sets[0]?.keys ?? [];
  expect(key).not.toHaveProperty('d');
});

test('no password and no API key is in the database', async () => {
  const { email, password } = example;
  const { id: user } = await bodyOf<Schemas['Account']>(await app.create({ email, password }));
  const made = await app.send('POST', '/api-keys', { user, body: { name: 'reports' } });
  const { key } = await bodyOf<Schemas['NewApiKey']>(made);
  const { rows } = await database.query(
    'SELECT accounts::text AS account, api_keys::text AS key FROM accounts, api_keys',
  );
  expect(rows).toHaveLength(1);
  for (const hidden of [password, key]) expect(JSON.stringify(rows)).not.toContain(hidden);
});
