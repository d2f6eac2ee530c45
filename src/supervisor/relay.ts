import { Agent, createServer, type IncomingMessage, request as openRequest, type ServerResponse, STATUS_CODES } from 'node:http';
import { type AddressInfo, connect, createServer as createListener, type Server, type Socket } from 'node:net';
import { passedHeaders } from './relay-headers.ts';

/** Why nobody answers, and whether that is a matter of moments: then callers wait, else they are told at once. */
export interface Absence {
  readonly reason: string;
  readonly brief: boolean;
}

/** The one address that a service keeps for its life, in front of instances that come and go. */
export interface Relay {
  readonly port: number;
  /** From now on requests go to these instances, by turns. Without one the absence is told. */
  route(ports: readonly number[], absence: Absence): void;
  /** Resolves when the instance has answered what it was asked, at the latest after `patienceMs`. */
  drained(port: number, patienceMs: number): Promise<void>;
  close(): Promise<void>;
}

/** How long a caller waits for a service that is expected back. */
const HOLD_MS = 8_000;
/** Connections to instances are reused for less time than any server keeps an idle one open. */
const REUSE_MS = 2_000;
/** As the service contract has it, so that callers see no difference to a service without a relay. */
const KEEP_ALIVE_MS = 65_000;
const RETRY_PAUSE_MS = 20;
const HTTP2_PREFACE = 'PRI * HTTP/2';

/**
 * Listens on 127.0.0.1. Plain HTTP goes request by request, so a connection that a caller keeps open outlives the instance that
 * served it and no request is lost when instances change; upgrades and HTTP/2 go through as they are, connection by connection.
 * @throws the listener's error (EADDRINUSE) where the port is taken
 */
export async function startRelay(service: string, port: number): Promise<Relay> {
  const pool = instancePool();
  const http = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) => {
    void relayRequest(service, pool, { request, response });
  });
  http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => void tunnel(pool, socket, [requestHead(request), head]));
  const sockets = new Set<Socket>();
  const listener = createListener((socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)).on('error', () => socket.destroy()));
    socket.once('data', (first) => {
      socket.pause();
      if (first.subarray(0, HTTP2_PREFACE.length).toString() === HTTP2_PREFACE) return void tunnel(pool, socket, [first]);
      socket.unshift(first);
      http.emit('connection', socket);
      socket.resume();
    });
  });
  await listening(listener, port);
  return {
    port: (listener.address() as AddressInfo).port,
    route: pool.route,
    drained: pool.drained,
    async close() {
      pool.route([], { reason: 'it was stopped', brief: false });
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => listener.close(done));
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

type Pool = ReturnType<typeof instancePool>;

/** Who can be asked now, who waits for somebody, and how much each one still has to answer. */
function instancePool() {
  let ports: readonly number[] = [];
  let absence: Absence = { reason: 'it was not started', brief: true };
  let turn = 0;
  const waiting = new Set<() => void>();
  const agents = new Map<number, Agent>();
  const open = new Map<number, number>();
  const watchers = new Set<() => void>();
  return {
    route(next: readonly number[], why: Absence): void {
      for (const [port, agent] of agents) {
        if (!next.includes(port)) agents.delete(port) && closeIdle(agent);
      }
      [ports, absence] = [next, why];
      for (const proceed of waiting) proceed();
    },
    /** The instance whose turn it is; waits for one where that makes sense. */
    async take(): Promise<number | Absence> {
      const deadline = Date.now() + HOLD_MS;
      while (ports.length === 0 && absence.brief && Date.now() < deadline) await changeOr(waiting, deadline - Date.now());
      turn += 1;
      return ports[turn % ports.length] ?? absence;
    },
    agent(port: number): Agent {
      const agent = agents.get(port) ?? new Agent({ keepAlive: true, timeout: REUSE_MS });
      agents.set(port, agent);
      return agent;
    },
    begin(port: number): () => void {
      open.set(port, (open.get(port) ?? 0) + 1);
      return () => {
        open.set(port, (open.get(port) ?? 1) - 1);
        for (const look of watchers) look();
      };
    },
    async drained(port: number, patienceMs: number): Promise<void> {
      const deadline = Date.now() + patienceMs;
      while ((open.get(port) ?? 0) > 0 && Date.now() < deadline) await changeOr(watchers, deadline - Date.now());
      open.delete(port);
    },
  };
}

/** `Agent.destroy` would cut off the requests that the old instance is still answering. */
function closeIdle(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

/** Resolves at the next change, at the latest after `ms`. */
function changeOr(listeners: Set<() => void>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      listeners.delete(finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    listeners.add(finish);
  });
}

async function relayRequest(service: string, pool: Pool, exchange: Exchange): Promise<void> {
  const port = await pool.take();
  if (typeof port !== 'number') return problem(exchange, 503, `${service} cannot answer now: ${port.reason}`);
  const { request, response } = exchange;
  const finished = pool.begin(port);
  const { method, url, rawHeaders } = request;
  // What changes something goes by a fresh connection: one that is being closed could swallow it, and it must not be sent again.
  const agent = isRepeatable(request) ? pool.agent(port) : false;
  const upstream = openRequest({ host: '127.0.0.1', port, method, path: url, headers: passedHeaders(rawHeaders) as never, agent });
  upstream.once('socket', (socket) => (socket.connecting ? socket.once('connect', () => request.pipe(upstream)) : request.pipe(upstream)));
  upstream.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, passedHeaders(answer.rawHeaders) as never);
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  });
  const end = () => {
    finished();
    upstream.destroy();
  };
  response.once('close', end);
  upstream.once('error', (error: NodeJS.ErrnoException) => {
    if (response.headersSent || response.destroyed) return void response.destroy();
    if (error.code !== 'ECONNREFUSED' && !(upstream.reusedSocket && isRepeatable(request))) {
      return problem(exchange, 502, `${service} ended before it answered`);
    }
    // Nothing of the request was sent or heard. The instance is going: its exit will be told within moments.
    response.off('close', end);
    finished();
    setTimeout(() => void relayRequest(service, pool, exchange), RETRY_PAUSE_MS);
  });
}

/** Safe methods (RFC 9110 §9.2.1) without a body: asking twice does no harm. */
function isRepeatable({ method = '', headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return ['GET', 'HEAD', 'OPTIONS'].includes(method) && !hasBody;
}

function problem({ request, response }: Exchange, status: 502 | 503, detail: string): void {
  request.resume();
  const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail });
  response.writeHead(status, { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'retry-after': '1' }).end(body);
}

/** Ties two connections together for good, after sending what was read already. */
async function tunnel(pool: Pool, socket: Socket, before: readonly Buffer[]): Promise<void> {
  const port = await pool.take();
  if (typeof port !== 'number') return void socket.destroy();
  const upstream = connect(port, '127.0.0.1', () => {
    for (const piece of before) upstream.write(piece);
    socket.pipe(upstream).pipe(socket);
  });
  upstream.once('error', () => socket.destroy()).once('close', () => socket.destroy());
  socket.once('close', () => upstream.destroy());
}

function requestHead({ method, url, rawHeaders }: IncomingMessage): Buffer {
  const lines = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : []));
  return Buffer.from([`${method} ${url} HTTP/1.1`, ...lines, '', ''].join('\r\n'), 'latin1');
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
}
