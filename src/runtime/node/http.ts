import { SvcError } from '../../errors.ts';
import type { HttpRequest, HttpResponse } from '../runtime.ts';
import { linesOf } from './lines.ts';

export async function http(request: HttpRequest, stop: AbortSignal): Promise<HttpResponse> {
  const signals = [stop, request.signal, request.timeoutMs === undefined ? undefined : AbortSignal.timeout(request.timeoutMs)];
  const response = await fetch(request.url, {
    method: request.method ?? 'GET',
    signal: AbortSignal.any(signals.filter((signal) => signal !== undefined)),
    ...(request.headers && { headers: request.headers }),
    ...(request.body !== undefined && { body: request.body as NonNullable<RequestInit['body']> }),
  }).catch((error: unknown) => {
    throw unreachable(request.url, error);
  });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text: () => response.text(),
    bytes: async () => new Uint8Array(await response.arrayBuffer()),
    lines: () => lines(response),
  };
}

async function* lines(response: Response): AsyncGenerator<string> {
  try {
    if (response.body) yield* linesOf(response.body);
  } catch (error) {
    throw unreachable(response.url, error);
  }
}

function unreachable(url: string, cause: unknown): SvcError {
  return new SvcError('local/unavailable', `No answer from ${url}`, { hint: 'Check that it runs: svc list', cause });
}
