import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';

const service = new URL('..', import.meta.url).pathname;

beforeAll(() => void execFileSync('npm', ['run', 'build'], { cwd: service, stdio: 'ignore' }), 60_000);

/** The scripts that the built service loads, by V8's own account; it ends by itself, for want of a database. */
function loadedBy(flow: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'orders-loaded-'));
  const env = { PATH: process.env['PATH'], NODE_V8_COVERAGE: folder, ORDER_FLOW: flow };
  const run = spawnSync(process.execPath, ['dist/main.js'], { cwd: service, env, encoding: 'utf8', timeout: 20_000 });
  expect(run.stdout + run.stderr).toMatch(flow === 'neither' ? /ORDER_FLOW is neither/ : /DATABASE_URL/);
  return readdirSync(folder).flatMap((file) =>
    JSON.parse(readFileSync(join(folder, file), 'utf8')).result.map(({ url }: { url: string }) => url),
  );
}

const coordinator = expect.arrayContaining([expect.stringMatching(/chassis\/dist\/saga\//)]);

test('a coordinator is loaded where orders are coordinated, and nowhere else', () => {
  expect(loadedBy('orchestration')).toEqual(coordinator);
  expect(loadedBy('choreography')).not.toEqual(coordinator);
});

test('a style that does not exist is named', () => {
  loadedBy('neither');
});
