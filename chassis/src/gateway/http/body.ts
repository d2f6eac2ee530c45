import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Problem } from '../../http/problem.ts';

/** As the service contract has it, where no policy says otherwise. */
export const DEFAULT_BODY_BYTES = 1024 * 1024;

/** Whether a request brings a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] !== undefined && headers['content-length'] !== '0');
}

export function tooLarge(mostBytes: number): Problem {
  return new Problem({ status: 413, detail: `The body is larger than ${mostBytes} bytes`, headers: { connection: 'close' } });
}

/**
 * The body, to be passed on as it comes. One that says how long it is needs no watching: Node gives no more than that.
 * @throws Problem 413 at once, or in the stream where the length was not told
 */
export function limitedBody(request: IncomingMessage, mostBytes: number): Readable {
  const length = request.headers['content-length'];
  if (length === undefined) return Readable.from(counted(request, mostBytes), { objectMode: false });
  if (Number(length) > mostBytes) throw tooLarge(mostBytes);
  return request;
}

/** The request stays open when too much has come: it is still to be answered. */
async function* counted(request: IncomingMessage, mostBytes: number): AsyncIterable<Buffer> {
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw tooLarge(mostBytes);
    yield chunk;
  }
}

/** The whole body. @throws Problem 413 */
export async function wholeBody(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of limitedBody(request, mostBytes) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
