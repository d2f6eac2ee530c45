import { afterAll, expect, test } from 'vitest';
import type { components, operations } from '../src/api.ts';
import { bodyOf, example, startApp } from './app.ts';

type Schemas = components['schemas'];

const app = await startApp();
afterAll(() => app.stop());

const { email, password } = example;
const user = (await bodyOf<Schemas['Account']>(await app.create({ email, password }))).id;
const makeApiKey = () => app.send('POST', '/api-keys', { user, body: { name: 'reports' } });

/** One call for each operation of the contract: `npm run check` names the ones that are missing. */
const calls: Record<keyof operations, () => Promise<Response>> = {
  openAccount: () => app.create(example),
  grantScopes: () => app.send('PUT', `/accounts/${user}/scopes`, { body: { scopes: ['shop:manage'] } }),
  makeToken: () => app.send('POST', '/tokens', { body: { email, password } }),
  listApiKeys: () => app.send('GET', '/api-keys', { user }),
  makeApiKey,
  withdrawApiKey: async () => {
    const { id } = await bodyOf<Schemas['NewApiKey']>(await makeApiKey());
    return app.send('DELETE', `/api-keys/${id}`, { user });
  },
  getKeySet: () => app.send('GET', '/.well-known/jwks.json'),
};

// Under test the service checks its own answers: one that breaks the contract becomes a 500 that says why.
test.each(Object.entries(calls))('%s answers as the contract says', async (_operation, call) => {
  const answer = await call();
  expect(answer.ok, await answer.text()).toBe(true);
});
