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
 * The body of a request, inflated.
 * @throws Refusal 408, 413, 415 or 400
 */
export async function readBody(request: IncomingMessage, limits: ReceiverLimits): Promise<Uint8Array> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'gzip' && encoding !== 'identity')
    throw new Refusal(415, `Content-Encoding ${encoding} is not known here: send gzip or none`);
  if (Number(request.headers['content-length'] ?? 0) > limits.compressedBytes) throw tooLarge(limits.compressedBytes);
  const body = await collect(request, limits);
  return encoding === 'gzip' ? await inflate(body, limits.inflatedBytes) : body;
}

function collect(request: IncomingMessage, { compressedBytes, bodyMs }: ReceiverLimits): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > compressedBytes) throw tooLarge(compressedBytes);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const slow = setTimeout(() => reject(new Refusal(408, `The body did not arrive within ${bodyMs / 1_000} s`)), bodyMs);
    const settle = (finish: () => void) => () => {
      clearTimeout(slow);
      finish();
    };
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > compressedBytes) settle(() => reject(tooLarge(compressedBytes)))();
      else chunks.push(chunk);
    });
    request.on(
      'end',
      settle(() => resolve(Buffer.concat(chunks))),
    );
    request.on(
      'close',
      settle(() => reject(new Refusal(400, 'The connection closed before the body was complete'))),
    );
    request.on(
      'error',
      settle(() => reject(new Refusal(400, 'The body could not be read'))),
    );
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
