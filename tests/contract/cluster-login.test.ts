import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectCluster } from '../../src/runtime/node/cluster.ts';
import type { Cluster } from '../../src/runtime/runtime.ts';

/** Knows one token at a time, as an API server does when a login runs out. */
let valid = 'first';
let asked: (string | undefined)[] = [];
const server = createServer((request, response) => {
  asked.push(request.headers.authorization);
  response.writeHead(request.headers.authorization === `Bearer ${valid}` ? 200 : 401, { 'content-type': 'text/plain' });
  response.end('answer');
});

describe('a login that runs out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'svckit-login-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const before = process.env['KUBECONFIG'];
  let cluster: Cluster;

  const writeConfig = (user: object) => {
    const { port } = server.address() as AddressInfo;
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'ada', user }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'ada' } }],
      'current-context': 'test',
    };
    writeFileSync(kubeconfig, JSON.stringify(config));
  };
  const connect = () => connectCluster(undefined, new AbortController().signal);
  const status = async () => (await cluster.request({ path: '/' })).status;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    process.env['KUBECONFIG'] = kubeconfig;
  });
  beforeEach(() => {
    valid = 'first';
    asked = [];
  });
  afterAll(() => {
    if (before === undefined) delete process.env['KUBECONFIG'];
    else process.env['KUBECONFIG'] = before;
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  it('is said to be missing where the kubeconfig is empty', async () => {
    writeFileSync(kubeconfig, '');
    expect(connect).toThrow('The kubeconfig cannot be read: it is empty, or something else');
  });

  it('is read once more from the kubeconfig, and the request goes on', async () => {
    writeConfig({ token: 'first' });
    cluster = connect();
    expect(await status()).toBe(200);
    valid = 'second';
    writeConfig({ token: 'second' });
    expect(await Promise.all([status(), status(), status()])).toEqual([200, 200, 200]);
    asked = [];
    expect(await status()).toBe(200);
    expect(asked).toEqual(['Bearer second']);
  });

  it('is asked for once more of the program that the kubeconfig names, however long its last answer was to be good', async () => {
    const token = join(folder, 'token');
    const credential = (text: string) => ({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: text, expirationTimestamp: '2999-01-01T00:00:00Z' },
    });
    writeFileSync(token, JSON.stringify(credential('first')));
    writeConfig({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'cat', args: [token], interactiveMode: 'Never' } });
    cluster = connect();
    expect(await status()).toBe(200);
    valid = 'second';
    writeFileSync(token, JSON.stringify(credential('second')));
    expect(await status()).toBe(200);
  });

  it('is an answer like any other where nobody renewed it', async () => {
    writeConfig({ token: 'first' });
    cluster = connect();
    valid = 'second';
    expect(await status()).toBe(401);
    expect(asked).toEqual(['Bearer first', 'Bearer first']);
  });
});
