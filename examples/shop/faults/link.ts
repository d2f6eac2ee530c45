import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** What may go wrong between two services. All of it can be switched while they talk. */
export interface Faults {
  /** How long each request is kept before it goes on, in milliseconds; from nothing to so much where it is `reorder`ed. */
  latencyMs: number;
  /** Requests are kept for times of their own, so that they overtake each other. */
  reorder: boolean;
  /** The share of requests that are answered with 503 and never arrive, from 0 to 1. */
  refuse: number;
  /** The share of requests that arrive and whose answer is lost, from 0 to 1. */
  loseAnswer: number;
  /** The share of requests that arrive twice, from 0 to 1. */
  duplicate: number;
  /** Nothing arrives until this is switched off. */
  paused: boolean;
}

export interface Link {
  /** Where the caller finds the service. */
  readonly url: string;
  readonly faults: Faults;
  close(): Promise<void>;
}

export const SOUND: Readonly<Faults> = { latencyMs: 0, reorder: false, refuse: 0, loseAnswer: 0, duplicate: 0, paused: false };

/**
 * A link between two services, through which HTTP requests go.
 * @param target where the service really is
 * @param random from 0 to 1; what goes wrong is drawn from it
 */
export async function openLink(target: string, random: () => number = Math.random): Promise<Link> {
  const faults: Faults = { ...SOUND };
  const server = createServer((incoming, response) => {
    void carry({ incoming, response, target, faults, random }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Carried {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: string;
  readonly faults: Faults;
  readonly random: () => number;
}

async function carry({ incoming, response, target, faults, random }: Carried): Promise<void> {
  const body = await buffer(incoming);
  while (faults.paused && !response.destroyed) await sleep(20);
  const { latencyMs, reorder, refuse, loseAnswer, duplicate } = faults;
  if (latencyMs > 0) await sleep(reorder ? latencyMs * random() : latencyMs);
  if (random() < refuse) return void response.writeHead(503, { 'content-type': 'application/json' }).end('{}');
  if (random() < duplicate) await forward(incoming, body, target);
  const answer = await forward(incoming, body, target);
  if (random() < loseAnswer) return void response.destroy();
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

interface Forwarded {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

function forward({ method, url, headers }: IncomingMessage, body: Buffer, target: string): Promise<Forwarded> {
  return new Promise((resolve, reject) => {
    const { host: _, 'transfer-encoding': __, ...kept } = headers;
    const outgoing = request(new URL(url ?? '/', target), { method, headers: { ...kept, 'content-length': body.length }, agent: false }, (answer) => {
      buffer(answer).then((content) => resolve({ status: answer.statusCode ?? 502, headers: withoutFraming(answer.headers), body: content }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function withoutFraming({ connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...headers }: IncomingMessage['headers']) {
  return headers;
}
