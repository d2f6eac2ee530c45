import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a fake service is asked. */
export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined where there was none. */
  readonly body: unknown;
}

/** What it answers. */
export interface UpstreamAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long it thinks first. */
  readonly delayMs?: number;
  /** Cuts the connection instead of answering. */
  readonly hangUp?: boolean;
}

export type UpstreamRoute = UpstreamAnswer | ((request: UpstreamRequest) => UpstreamAnswer | Promise<UpstreamAnswer>);

/** By method and path: `GET /products/p1`. */
export type UpstreamRoutes = Readonly<Record<string, UpstreamRoute>>;

export interface FakeUpstream {
  readonly url: string;
  /** What it was asked, in order. */
  readonly requests: readonly UpstreamRequest[];
  /** Answers otherwise from now on. */
  change(routes: UpstreamRoutes): void;
  stop(): Promise<void>;
}

/** A service that answers as told, on a free port of 127.0.0.1. What is not told is 404. */
export async function fakeUpstream(routes: UpstreamRoutes): Promise<FakeUpstream> {
  let current = routes;
  const requests: UpstreamRequest[] = [];
  const server = createServer((incoming, response) => {
    void respond(incoming, response, async (request) => {
      requests.push(request);
      const route = current[`${request.method} ${request.path}`];
      return typeof route === 'function' ? route(request) : (route ?? { status: 404, body: { title: 'Not Found', status: 404 } });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    change(next) {
      current = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  incoming: IncomingMessage,
  response: ServerResponse,
  answer: (request: UpstreamRequest) => Promise<UpstreamAnswer>,
): Promise<void> {
  const { status = 200, body, headers, delayMs = 0, hangUp } = await answer(await read(incoming));
  await sleep(delayMs);
  if (hangUp) {
    incoming.socket.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body === undefined ? undefined : JSON.stringify(body));
}

async function read(incoming: IncomingMessage): Promise<UpstreamRequest> {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://upstream');
  const raw = await text(incoming);
  return {
    method: incoming.method ?? 'GET',
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: incoming.headers,
    body: raw === '' ? undefined : JSON.parse(raw),
  };
}
