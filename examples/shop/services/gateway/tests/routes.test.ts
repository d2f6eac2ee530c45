import { afterAll, expect, test } from 'vitest';
import { routes, startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

const [buyer, manager] = [await app.issuer.token('ada'), await app.issuer.token('meg', { scope: 'shop:manage' })];
const statusFor = async (route: (typeof routes)[number], token?: string) =>
  (token === undefined ? await app.send(route.method, route.path) : await app.sendWith(token, route)).status;

test.each(routes)('$method $path opens $opens', async (route) => {
  const asked = app.services.requests.length;
  const statuses = [await statusFor(route), await statusFor(route, buyer)];
  const expected = { 'to all': [200, 200], 'to buyers': [401, 200], 'to managers': [401, 403] }[route.opens];
  expect(statuses).toEqual(expected);
  expect(await statusFor(route, manager)).toBe(200);
  expect(app.services.requests[asked]).toMatchObject({ method: route.method, path: route.behind });
});

test('a service is told who asks and what they may, and what a client says of that is taken out', async () => {
  const lies = { 'x-user-id': 'eve', 'x-user-scopes': 'shop:manage', 'x-request-id': 'chosen' };
  const answer = await app.getAsAda('/api/carts/mine', lies);
  expect(await answer.json()).toEqual({ path: '/carts/mine', requestId: 'chosen', user: 'ada' });
  const stranger = await app.get('/api/inventory/1', lies);
  expect(await stranger.json()).toEqual({ path: '/inventory/1', requestId: 'chosen' });
});

// What only other services may ask for, and what is no business of clients.
test.each([
  ['PUT', '/api/auth/accounts/1/scopes'],
  ['POST', '/api/users'],
  ['PUT', '/api/reservations/1'],
  ['PUT', '/api/promotions/holds/1'],
  ['PUT', '/api/payments/1'],
  ['PUT', '/api/bank/operations/1'],
  ['GET', '/nowhere'],
])('%s %s leads nowhere, whoever asks', async (method, path) => {
  const asked = app.services.requests.length;
  const answer = await app.sendWith(manager, { method, path });
  expect([404, 405]).toContain(answer.status);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(app.services.requests).toHaveLength(asked);
});
