import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  json(): Record<string, unknown>;
}

export interface CallOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
  readonly agent?: Agent;
}

/** One request, exactly as told: nothing is added, followed or tried again. */
export function call(url: string, { method = 'GET', headers = {}, body, agent }: CallOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent: agent ?? new Agent(), timeout: 60_000 }, (reply) => {
      text(reply).then(
        (read) => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text: read, json: () => JSON.parse(read) }),
        reject,
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export function postJson(url: string, value: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return call(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) });
}

/** Sends bytes and gives back all that comes until the other side closes, with how long that took. */
export function raw(port: number, bytes: string): Promise<{ readonly reply: string; readonly milliseconds: number }> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    let reply = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      reply += chunk;
    });
    socket.on('error', (error) => (reply === '' ? reject(error) : undefined));
    socket.on('close', () => resolve({ reply, milliseconds: performance.now() - begun }));
  });
}
