import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { ReceiverLimits } from './limits.ts';

/** A request that is answered with a failure. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The body of a request as it was sent.
 * @throws Refusal 400, 408 or 413
 */
export async function collectBody(request: IncomingMessage, { compressedBytes, bodyMs }: ReceiverLimits): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > compressedBytes) throw tooLarge(compressedBytes);
  let slow: NodeJS.Timeout | undefined;
  const body = new Promise<Buffer>((resolve, reject) => {
    slow = setTimeout(() => reject(new Refusal(408, `The body did not arrive within ${bodyMs / 1_000} s`)), bodyMs);
    whole(request, compressedBytes).then(resolve, reject);
  });
  return await body.finally(() => clearTimeout(slow));
}

function whole(request: IncomingMessage, most: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > most) reject(tooLarge(most));
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    // After the end these two find the promise settled.
    request.on('close', () => reject(new Refusal(400, 'The connection closed before the body was complete')));
    request.on('error', () => reject(new Refusal(400, 'The body could not be read')));
  });
}

const gunzipped = promisify(gunzip);

/**
 * The body as it was before compression, at most `inflatedBytes` of it.
 * @throws Refusal 400, 413 or 415
 */
export async function inflateBody(body: Buffer, encoding: string, { inflatedBytes: most }: ReceiverLimits): Promise<Buffer> {
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip') throw new Refusal(415, `Content-Encoding ${encoding} is not known here: send gzip or none`);
  try {
    return await gunzipped(body, { maxOutputLength: most });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(most);
    throw new Refusal(400, 'The body is no complete gzip stream');
  }
}

function tooLarge(most: number): Refusal {
  return new Refusal(413, `The body is larger than ${most / 1024 / 1024} MiB: send smaller batches`);
}
