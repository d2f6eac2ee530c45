import type { Dispatcher } from 'undici';
import { SvcError } from '../../errors.ts';
import type { HttpRequest, HttpResponse } from '../runtime.ts';
import { linesOf } from './lines.ts';

export async function http(request: HttpRequest, stop: AbortSignal): Promise<HttpResponse> {
  const signals = [stop, request.signal, request.timeoutMs === undefined ? undefined : AbortSignal.timeout(request.timeoutMs)];
  const response = await send(request.url, {
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

/** Through the proxy of the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY), which Node 20 does not know by itself; never on this machine. */
async function send(url: string, init: RequestInit): Promise<Response> {
  const { env } = process;
  const hasProxy = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some((name) => env[name]);
  if (!hasProxy || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname)) return fetch(url, init);
  const undici = await import('undici');
  proxy ??= new undici.EnvHttpProxyAgent();
  // The same classes under two names: those of the library, and those that Node was built with.
  return (await undici.fetch(url, { ...(init as object), dispatcher: proxy })) as unknown as Response;
}

/** One for the process: it keeps connections. */
let proxy: Dispatcher | undefined;

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
