import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request as plainRequest, type ServerResponse } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * What can go wrong with one request. `lost` reaches the server, and its answer is never heard; `reset` does not reach it;
 * `silent` is answered, and then a stream says nothing more without ending.
 */
export const FAULTS = ['reset', 'lost', 'slow', 'silent', '401', '403', '409', '410', '429', '500', '503'] as const;
export type Fault = (typeof FAULTS)[number];

export interface Seen {
  /** From 1, in the order in which requests came. */
  readonly number: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly status?: number;
}

export interface FaultProxy {
  /** What clients take for the server. */
  readonly url: string;
  /** Every request since the last `arm`. */
  readonly seen: readonly Seen[];
  /** The n-th request from now on, and those after it up to `times`, meets this fault; without one, none does. */
  arm(plan?: { readonly at: number; readonly fault: Fault; readonly times?: number }): void;
  /** Calls this as soon as the server has carried out the n-th change from now on, before the client hears of it. */
  afterWrite(number: number, act: () => void): void;
  /** Adds this to the way of every request, there and back together. */
  delay(milliseconds: number): void;
  close(): Promise<void>;
}

const SLOW_MS = 3_000;

export interface Behind {
  readonly target: string;
  /** The server's certificate, where it has one. */
  readonly ca?: string;
  /** How long `slow` takes. */
  readonly slowMs?: number;
}

/** A proxy on loopback that stands before an HTTP API and lets chosen requests fail. */
export async function startFaultProxy({ target, ca, slowMs = SLOW_MS }: Behind): Promise<FaultProxy> {
  let plan: { readonly at: number; readonly fault: Fault; readonly times: number } | undefined;
  let latency = 0;
  let writes = { left: 0, act: () => {} };
  let seen: Seen[] = [];

  const faultOf = (number: number) => (plan && number >= plan.at && number < plan.at + plan.times ? plan.fault : undefined);

  const answered = (own: Seen[], entry: Seen) => {
    own.splice(entry.number - 1, 1, entry);
    if (!isWrite(entry)) return;
    writes.left -= 1;
    if (writes.left === 0) writes.act();
  };

  const server = createServer(async (request, response) => {
    const number = seen.length + 1;
    const entry = { number, method: request.method ?? '', path: request.url ?? '' };
    seen.push(entry);
    const own = seen;
    const fault = faultOf(number);
    if (latency > 0) await wait(latency);
    if (fault === 'reset') return void request.socket.resetAndDestroy();
    if (fault === 'slow') await wait(slowMs);
    if (fault !== undefined && /^\d/.test(fault)) return refuse(response, Number(fault));
    forward({ request, response, target, ca, fault, answered: (status) => answered(own, { ...entry, status }) });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get seen() {
      return seen;
    },
    arm: (next) => {
      plan = next && { times: 1, ...next };
      seen = [];
    },
    afterWrite: (number, act) => {
      writes = { left: number, act };
    },
    delay: (milliseconds) => {
      latency = milliseconds;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Whether something in the cluster is another than before: questions come as POST, and trials as PATCH, too. */
export function isWrite({ method, path, status = 500 }: Seen): boolean {
  return method !== 'GET' && status < 300 && !/dryRun=All|\/self\w+reviews/.test(path);
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: string;
  readonly ca: string | undefined;
  readonly fault: Fault | undefined;
  answered(status: number): void;
}

function forward({ request, response, target, ca, fault, answered }: Exchange): void {
  const url = new URL(request.url ?? '/', target);
  const options = { method: request.method, headers: { ...request.headers, host: url.host } satisfies OutgoingHttpHeaders };
  const outgoing = url.protocol === 'https:' ? secureRequest(url, { ...options, ca }) : plainRequest(url, options);
  outgoing.on('response', (incoming) => {
    answered(incoming.statusCode ?? 0);
    if (fault === 'lost') return void incoming.on('end', () => request.socket.resetAndDestroy()).resume();
    response.writeHead(incoming.statusCode ?? 502, incoming.headers);
    if (fault === 'silent') return void response.flushHeaders();
    incoming.pipe(response);
  });
  outgoing.on('error', () => request.socket.destroy());
  response.on('close', () => outgoing.destroy());
  request.pipe(outgoing);
}

const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/** As the API server says it: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
function refuse(response: ServerResponse, code: number): void {
  const reason = REASONS[code];
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: `injected: ${reason}`, reason, code };
  response.writeHead(code, { 'content-type': 'application/json', ...(code === 429 && { 'retry-after': '1' }) });
  response.end(JSON.stringify(status));
}
