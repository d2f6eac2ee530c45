import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fakeUpstream, startService, testDatabase } from '@svckit/chassis/testing';
import { afterAll, expect, test } from 'vitest';
import { createService as createAuth } from '../../auth/src/service.ts';
import { createGateway } from '../src/gateway.ts';
import { addresses } from './app.ts';

/** What a service is told where it runs, by its score.yaml. */
const told = (service: string, variable: string) =>
  new RegExp(`^ *${variable}: "?([^\\s"]+)"?$`, 'm').exec(
    readFileSync(new URL(`../../${service}/score.yaml`, import.meta.url), 'utf8'),
  )?.[1] ?? '';

// The shop's own auth, and the gateway before it, told what they are told where they run.
const database = await testDatabase();
const auth = await startService(createAuth, {
  DATABASE_URL: database.url,
  PASSWORD_COST: '10',
  TOKEN_ISSUER: told('auth', 'TOKEN_ISSUER'),
  TOKEN_AUDIENCE: told('auth', 'TOKEN_AUDIENCE'),
});
const services = await fakeUpstream({ 'GET /carts/mine': ({ headers }) => ({ body: headers['x-user-id'] }) });
const gateway = await startService(createGateway, {
  ...addresses(services.url),
  AUTH_URL: auth.url,
  JWT_ISSUER: told('gateway', 'JWT_ISSUER'),
  JWT_AUDIENCE: told('gateway', 'JWT_AUDIENCE'),
  JWKS_URL: told('gateway', 'JWKS_URL').replace('${resources.auth.url}', auth.url),
});
afterAll(async () => {
  await gateway.stop();
  await services.stop();
  await auth.stop();
  await database.stop();
});

async function post<T>(path: string, body: object, token?: string): Promise<T> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const headers = { 'content-type': 'application/json', ...authorization };
  const answer = await fetch(`${gateway.url}/api/auth${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await answer.json()) as T;
}

const whoAmI = async (token: string) =>
  (await fetch(`${gateway.url}/api/carts/mine`, { headers: { authorization: `Bearer ${token}` } })).json();
const tokenFor = async (proof: object) => (await post<{ accessToken: string }>('/tokens', proof)).accessToken;

test('who opens an account and logs in is who the services are told of', async () => {
  const credentials = { email: `${randomUUID()}@example.com`, password: 'correct horse' };
  const { id } = await post<{ id: string }>('/accounts', credentials);
  expect(await whoAmI(await tokenFor(credentials))).toBe(id);
});

test('an API key that an account made for itself gets tokens of that account', async () => {
  const credentials = { email: `${randomUUID()}@example.com`, password: 'correct horse' };
  const { id } = await post<{ id: string }>('/accounts', credentials);
  const { key } = await post<{ key: string }>('/api-keys', { name: 'reports' }, await tokenFor(credentials));
  expect(await whoAmI(await tokenFor({ apiKey: key }))).toBe(id);
});
