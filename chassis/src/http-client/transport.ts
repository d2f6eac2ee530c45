import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'undici';

/** One attempt at one address. */
export interface Attempt {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Milliseconds until it is given up. */
  readonly timeoutMs: number;
}

export interface RawReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends attempts. @throws `TimedOut`, or whatever the network says */
export interface Transport {
  send(attempt: Attempt): Promise<RawReply>;
  close(): Promise<void>;
}

export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** A larger answer is not read: it would be the end of the process. */
const LARGEST_ANSWER_BYTES = 16 * 1024 * 1024;

/** HTTP/1.1 with kept connections. */
export function undiciTransport(): Transport {
  const agent = new Agent({ keepAliveTimeout: 4_000, maxResponseSize: LARGEST_ANSWER_BYTES, connect: { timeout: 2_000 } });
  return { send: (attempt) => send(agent, attempt), close: () => agent.close() };
}

async function send(dispatcher: Agent, { method, url, headers, body, timeoutMs }: Attempt): Promise<RawReply> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new TimedOut(`No answer within ${Math.round(timeoutMs)} ms`)), timeoutMs);
  try {
    const reply = await request(url, { dispatcher, method: method as 'GET', headers, body: body ?? null, signal: controller.signal });
    return { status: reply.statusCode, headers: reply.headers, text: await reply.body.text() };
  } finally {
    clearTimeout(timer);
  }
}
