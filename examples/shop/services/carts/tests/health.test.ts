import { afterAll, expect, test } from 'vitest';
import { startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

const health = async (check: string) => (await fetch(`${app.url}/health/${check}`)).status;

test('it is started, alive and ready', async () => {
  expect(await Promise.all(['startup', 'live', 'ready'].map(health))).toEqual([200, 200, 200]);
});

test('without its database it is alive, but not ready', async () => {
  await app.stopDatabase();
  await expect.poll(() => health('ready'), { timeout: 10_000 }).toBe(503);
  expect(await health('live')).toBe(200);
});
