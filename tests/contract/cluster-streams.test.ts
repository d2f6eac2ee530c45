import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectCluster } from '../../src/runtime/node/cluster.ts';

/** Below `/endless` it answers with a line and never ends. */
const server = createServer(({ url }, response) => {
  if (url === '/endless') response.write('a line\n');
  else response.end('answer');
});
const folder = mkdtempSync(join(tmpdir(), 'svckit-streams-'));
const before = process.env['KUBECONFIG'];

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(folder, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'ada', user: {} }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'ada' } }],
    'current-context': 'test',
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  process.env['KUBECONFIG'] = kubeconfig;
});
afterAll(() => {
  if (before === undefined) delete process.env['KUBECONFIG'];
  else process.env['KUBECONFIG'] = before;
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

it('reads many answers without an end, and other requests do not wait for them', async () => {
  const cluster = connectCluster(undefined, new AbortController().signal);
  const stop = new AbortController();
  const open = Array.from({ length: 50 }, () => cluster.request({ path: '/endless', goesOn: true, signal: stop.signal }));
  const readers = (await Promise.all(open)).map((response) => response.lines()[Symbol.asyncIterator]());
  const firsts = await Promise.all(readers.map((reader) => reader.next()));
  expect(firsts).toEqual(firsts.map(() => ({ done: false, value: 'a line' })));
  expect(await (await cluster.request({ path: '/', timeoutMs: 5_000 })).text()).toBe('answer');
  stop.abort();
  const ends = await Promise.allSettled(readers.map((reader) => reader.next()));
  expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
});
