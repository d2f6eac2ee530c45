import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { LONGEST_REQUEST_MS } from './deadline.ts';
import { Problem } from './problem.ts';
import { requestIdOf } from './request-id.ts';

/** How long an idle connection may still bring a request after the stop has begun: its caller does not know yet. */
const IDLE_GRACE_MS = 250;

/** A Node HTTP server with the limits of the service contract (section 7), and a stop that loses no request. */
export interface Listener {
  readonly server: Server;
  /** Resolves with the address to call; rejects where the port is taken. */
  listen(port: number, host: string): Promise<string>;
  /** Takes no more connections, finishes what is under way, and cuts what is not finished after `drainMs`. */
  close(drainMs: number): Promise<void>;
}

export function createListener(handler: RequestListener): Listener {
  const unused = new Set<Socket>();
  const underWay = new Set<ServerResponse>();
  let closing = false;
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: LONGEST_REQUEST_MS, keepAliveTimeout: 65_000, connectionsCheckingInterval: 1_000 },
    (request, response) => {
      unused.delete(request.socket);
      underWay.add(response);
      response.on('close', () => underWay.delete(response));
      if (closing) response.shouldKeepAlive = false; // Node says `Connection: close` by itself then
      handler(request, response);
    },
  );
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('clientError', answerClientError);
  return {
    server,
    listen: (port, host) => listen(server, port, host),
    close(drainMs) {
      closing = true;
      for (const response of underWay) response.shouldKeepAlive = false;
      return close(server, unused, drainMs);
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(addressOf(server.address() as AddressInfo));
    });
  });
}

/** An address that listens on all interfaces is called on the loopback one. */
function addressOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
  return family === 'IPv6' ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}

/** `http.Server.close` would cut idle connections at once, and with them requests that are on their way. */
function close(server: Server, unused: ReadonlySet<Socket>, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    const idle = setTimeout(
      () => {
        server.closeIdleConnections();
        for (const socket of unused) socket.destroy();
      },
      Math.min(IDLE_GRACE_MS, drainMs),
    );
    const all = setTimeout(() => server.closeAllConnections(), drainMs);
    NetServer.prototype.close.call(server, () => {
      clearTimeout(idle);
      clearTimeout(all);
      resolve();
    });
  });
}

const CLIENT_ERRORS: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive'],
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The chunk extensions are too large'],
};

/** What never became a request is answered by hand, and its connection is closed. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [status, detail] = CLIENT_ERRORS[error.code ?? ''] ?? [400, 'The request is not valid HTTP'];
  const requestId = requestIdOf(undefined);
  const problem = new Problem({ status, detail }).body(requestId);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${status} ${problem.title}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
