import { afterAll, expect, test } from 'vitest';
import { paths, startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

test.each(paths)('%s is asked with the id that its client chose, and who that is', async (path) => {
  const answer = await app.getAsAda(`/api${path}`, { 'x-request-id': 'chosen', 'x-user-id': 'eve' });
  expect(await answer.json()).toEqual({ path, requestId: 'chosen', user: 'ada' });
});

test.each(paths)('%s is closed to strangers', async (path) => {
  const asked = app.services.requests.length;
  expect((await app.get(`/api${path}`)).status).toBe(401);
  expect(app.services.requests).toHaveLength(asked);
});

test('what no route leads to is not found', async () => {
  const answer = await app.get('/nowhere');
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
});

test.each(paths)('a client of %s is told how often it may come', async (path) => {
  const answer = await app.get(`/api${path}`);
  expect(answer.headers.get('ratelimit-policy')).toContain('client');
});
