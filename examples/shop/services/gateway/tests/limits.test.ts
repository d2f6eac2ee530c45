import { afterAll, expect, test } from 'vitest';
import { startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

const repeated = async (times: number, ask: () => Promise<Response>) =>
  (await Promise.all([...Array(times)].map(ask))).map(({ status }) => status);

test('a client may try to sign in thirty times a minute, and go shopping all the same', async () => {
  const statuses = await repeated(40, () => app.send('POST', '/api/auth/tokens', { body: '{}' }));
  // A token of the bucket may come back while they run.
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(9);
  const refused = await app.send('POST', '/api/auth/tokens', { body: '{}' });
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await app.get('/api/products/1')).status).toBe(200);
});

test('a buyer may ask for so much at once, and takes nothing from another', async () => {
  const [ada, bob] = [await app.issuer.token('ada'), await app.issuer.token('bob')];
  const order = (token: string) => () => app.sendWith(token, { method: 'POST', path: '/api/orders' });
  expect(await repeated(200, order(ada))).toContain(429);
  expect(await repeated(5, order(bob))).toEqual(Array(5).fill(200));
});

test('a body that is larger than any order is refused', async () => {
  const headers = { authorization: `Bearer ${await app.issuer.token('cy')}` };
  const body = JSON.stringify('x'.repeat(70_000));
  expect((await app.send('POST', '/api/orders', { headers, body })).status).toBe(413);
});
