import { afterAll, expect, test } from 'vitest';
import { startApp } from './app.ts';

const app = await startApp();
afterAll(() => app.stop());

test.each(['startup', 'live', 'ready'])('it says that it is well at /health/%s', async (check) => {
  expect((await fetch(`${app.url}/health/${check}`)).status).toBe(200);
});
