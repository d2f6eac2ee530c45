import { Agent, createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { type Relay, startRelay } from '../../../src/supervisor/relay.ts';

const AWAY = { reason: 'it crashed', brief: true };
const GONE = { reason: 'it was stopped', brief: false };

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function relay(): Promise<Relay> {
  const started = await startRelay('orders', 0);
  closing.push(() => started.close());
  return started;
}

async function instance(listener: RequestListener): Promise<{ port: number; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => server.close().closeAllConnections());
  return { port: (server.address() as AddressInfo).port, server };
}

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly agent?: Agent;
  readonly path?: string;
}

function ask(
  port: number,
  { method = 'GET', headers = {}, body, agent, path = '/' }: Asked = {},
): Promise<{ response: IncomingMessage; body: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, method, path, headers, agent: agent ?? false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () => resolve({ response, body: Buffer.concat(chunks).toString() }));
    })
      .once('error', reject)
      .end(body);
  });
}

it('passes a request on and its answer back, untouched', async () => {
  const { port } = await instance(async (incoming, response) => {
    const chunks = await incoming.toArray();
    response.writeHead(201, 'Made', { 'x-seen': JSON.stringify(incoming.rawHeaders), 'set-cookie': ['a=1', 'b=2'] });
    response.end(`${incoming.method} ${incoming.url} ${Buffer.concat(chunks).length}`);
  });
  const through = await relay();
  through.route([port], AWAY);
  const { response, body } = await ask(through.port, {
    method: 'POST',
    path: '/a%20b?c=%C3%BC',
    headers: { 'X-Request-ID': 'r1', host: 'orders.local' },
    body: Buffer.alloc(3_000_000),
  });
  expect(body).toBe('POST /a%20b?c=%C3%BC 3000000');
  expect([response.statusCode, response.statusMessage, response.headers['set-cookie']]).toEqual([201, 'Made', ['a=1', 'b=2']]);
  expect(response.headers['x-seen']).toContain('"X-Request-ID","r1"');
  expect(response.headers['x-seen']).toContain('orders.local');
});

it.each([['HEAD'], ['DELETE'], ['OPTIONS']])('lets %s answers without a body end', async (method) => {
  const { port } = await instance((_, response) =>
    response.writeHead(method === 'HEAD' ? 200 : 204, method === 'HEAD' ? { 'content-length': 9 } : {}).end(),
  );
  const through = await relay();
  through.route([port], AWAY);
  expect((await ask(through.port, { method })).body).toBe('');
});

it('hands a long answer on as it comes', async () => {
  const { port } = await instance(async (_, response) => {
    response.write('first');
    await pause(200);
    response.end('last');
  });
  const through = await relay();
  through.route([port], AWAY);
  const start = Date.now();
  const first = await new Promise<number>((resolve) => {
    request({ port: through.port, host: '127.0.0.1', agent: false }, (response) =>
      response.once('data', () => resolve(Date.now() - start)).resume(),
    ).end();
  });
  expect(first).toBeLessThan(150);
});

it('asks instances by turns', async () => {
  const [one, two] = [await instance((_, response) => response.end('one')), await instance((_, response) => response.end('two'))];
  const through = await relay();
  through.route([one.port, two.port], AWAY);
  const answers = [];
  for (let i = 0; i < 4; i += 1) answers.push((await ask(through.port)).body);
  expect(answers.sort()).toEqual(['one', 'one', 'two', 'two']);
});

it('keeps a caller’s connection while instances change', async () => {
  const [old, young] = [await instance((_, response) => response.end('old')), await instance((_, response) => response.end('new'))];
  const through = await relay();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  closing.push(() => agent.destroy());
  through.route([old.port], AWAY);
  const first = await ask(through.port, { agent });
  const socket = first.response.socket;
  through.route([young.port], AWAY);
  old.server.closeAllConnections();
  const second = await ask(through.port, { agent });
  expect([first.body, second.body]).toEqual(['old', 'new']);
  expect(second.response.socket).toBe(socket);
});

it('lets the old instance finish what it answers while new requests go to the new one', async () => {
  const asked: string[] = [];
  const old = await instance(async (_, response) => {
    asked.push('old');
    await pause(200);
    response.end('old');
  });
  const young = await instance((_, response) => response.end('new'));
  const through = await relay();
  through.route([old.port], AWAY);
  const first = [ask(through.port), ask(through.port, { method: 'POST' })];
  await pause(50);
  through.route([young.port], AWAY);
  expect((await ask(through.port)).body).toBe('new');
  expect((await Promise.all(first)).map(({ body }) => body)).toEqual(['old', 'old']);
  expect(asked).toEqual(['old', 'old']);
});

it('lets callers wait while the service is away for a moment', async () => {
  const { port } = await instance((_, response) => response.end('back'));
  const through = await relay();
  through.route([], AWAY);
  const asking = ask(through.port);
  await pause(100);
  through.route([port], AWAY);
  expect((await asking).body).toBe('back');
});

it('tells callers at once why a service will not come back', async () => {
  const through = await relay();
  through.route([], GONE);
  const { response, body } = await ask(through.port, { method: 'POST', body: 'x'.repeat(100_000) });
  expect(response.headers['content-type']).toBe('application/problem+json');
  expect(JSON.parse(body)).toEqual({
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    detail: 'orders cannot answer now: it was stopped',
  });
});

it('tells callers that wait when the hope is gone', async () => {
  const through = await relay();
  through.route([], AWAY);
  const asking = ask(through.port);
  await pause(50);
  through.route([], GONE);
  expect((await asking).response.statusCode).toBe(503);
});

it('says that an instance ended in the middle of a request, and does not send it twice', async () => {
  let asked = 0;
  const { port } = await instance((incoming) => {
    asked += 1;
    incoming.socket.destroy();
  });
  const through = await relay();
  through.route([port], AWAY);
  expect((await ask(through.port, { method: 'POST', body: 'pay' })).response.statusCode).toBe(502);
  expect(asked).toBe(1);
});

it('waits for the requests that an instance has before it counts as drained', async () => {
  const { port } = await instance(async (_, response) => {
    await pause(200);
    response.end('done');
  });
  const through = await relay();
  through.route([port], AWAY);
  const asking = ask(through.port);
  await pause(50);
  const start = Date.now();
  await through.drained(port, 5_000);
  expect(Date.now() - start).toBeGreaterThan(80);
  expect((await asking).body).toBe('done');
});

it('does not wait longer than it is told', async () => {
  const { port } = await instance(() => {});
  const through = await relay();
  through.route([port], AWAY);
  ask(through.port).catch(() => {});
  await pause(50);
  const start = Date.now();
  await through.drained(port, 100);
  expect(Date.now() - start).toBeLessThan(1_000);
});

it('ends the request of a caller who has left', async () => {
  let left = false;
  const { port } = await instance((incoming) => incoming.socket.once('close', () => (left = true)));
  const through = await relay();
  through.route([port], AWAY);
  const asking = request({ port: through.port, host: '127.0.0.1', agent: false }).on('error', () => {});
  asking.end();
  await pause(50);
  asking.destroy();
  await expect.poll(() => left).toBe(true);
});

it('lets upgraded connections through', async () => {
  const { port, server } = await instance((_, response) => response.end());
  server.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    socket.pipe(socket);
  });
  const through = await relay();
  through.route([port], AWAY);
  const socket = connect(through.port, '127.0.0.1');
  closing.push(() => socket.destroy());
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  let heard = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk));
  await expect.poll(() => heard).toContain('101 Switching Protocols');
  socket.write('ping');
  await expect.poll(() => heard.endsWith('ping')).toBe(true);
});

it('lets HTTP/2 through, which gRPC speaks', async () => {
  const server = createHttp2Server((_, response) => response.end('two'));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const through = await relay();
  through.route([(server.address() as AddressInfo).port], AWAY);
  const session = connectHttp2(`http://127.0.0.1:${through.port}`);
  const body = await new Promise<string>((resolve, reject) => {
    let heard = '';
    const stream = session.request({ ':path': '/' });
    stream.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk));
    stream.on('end', () => resolve(heard)).on('error', reject);
  });
  expect(body).toBe('two');
  session.destroy();
  server.close();
});

it('answers what is no HTTP with an error, and goes on', async () => {
  const { port } = await instance((_, response) => response.end('fine'));
  const through = await relay();
  through.route([port], AWAY);
  const socket = connect(through.port, '127.0.0.1');
  socket.end('\u0000\u0001 nonsense\r\n\r\n');
  await new Promise((done) => socket.once('close', done).resume());
  expect((await ask(through.port)).body).toBe('fine');
});

it('is refused a port that is taken', async () => {
  const through = await relay();
  await expect(startRelay('other', through.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
