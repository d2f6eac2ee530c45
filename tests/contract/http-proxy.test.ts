import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { http } from '../../src/runtime/node/http.ts';

const target = createServer((_, response) => void response.end('from the target'));
const asked: string[] = [];
/** A proxy that knows one way: to the target, whatever host it is asked for. */
const proxy = createServer().on('connect', (request, socket) => {
  asked.push(request.url ?? '');
  const onward = connect(portOf(target), '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    onward.pipe(socket).pipe(onward);
  });
  onward.on('error', () => socket.destroy());
  socket.on('error', () => onward.destroy());
});
const portOf = (server: Server) => (server.address() as AddressInfo).port;
const get = async (url: string) => (await http({ url, timeoutMs: 5_000 }, new AbortController().signal)).text();

beforeAll(async () => {
  await Promise.all([target, proxy].map((server) => once(server.listen(0, '127.0.0.1'), 'listening')));
  process.env['HTTP_PROXY'] = `http://127.0.0.1:${portOf(proxy)}`;
});
afterEach(() => asked.splice(0));
afterAll(() => {
  delete process.env['HTTP_PROXY'];
  for (const server of [target, proxy]) {
    server.closeAllConnections();
    server.close();
  }
});

it('goes through the proxy that the environment names', async () => {
  expect(await get('http://forge.invalid/api')).toBe('from the target');
  expect(asked).toEqual(['forge.invalid:80']);
});

it('goes to this machine itself without one', async () => {
  expect(await get(`http://127.0.0.1:${portOf(target)}/`)).toBe('from the target');
  expect(asked).toEqual([]);
});
