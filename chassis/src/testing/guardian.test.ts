import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const testing = join(import.meta.dirname, '..', '..', 'dist', 'testing', 'guardian.js');

it('ends a server whose test process was killed, and removes its data', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'svckit-guardian-'));
  const server = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1_000)']);
  const script = `import { guard } from ${JSON.stringify(testing)}; guard(${server.pid}, ${JSON.stringify(folder)}); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 200);`;
  const ended = new Promise((resolve) => server.once('exit', (_, signal) => resolve(signal)));
  spawnSync(process.execPath, ['--input-type=module', '--eval', script]);
  expect(await ended).toBe('SIGINT');
  await expect.poll(() => existsSync(folder), { timeout: 5_000 }).toBe(false);
});
