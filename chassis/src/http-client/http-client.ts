import { urls, urlVariable } from '../config/fields.ts';
import type { Need } from '../service/need.ts';
import { type Call, type CallOptions, createCaller, type Reply } from './call.ts';
import { callMetrics } from './call-metrics.ts';
import type { UpstreamError } from './errors.ts';
import { httpTransport } from './transport.ts';

export type { Call, CallOptions, Reply } from './call.ts';
export { UpstreamError, type UpstreamReason } from './errors.ts';
export { path, type Query } from './path.ts';

/** Calls one peer. Every method throws UpstreamError for anything but an answer from 200 to 399. */
export interface HttpClient {
  get<T>(path: string, options?: CallOptions): Promise<T>;
  /** Undefined where the peer answers 404. */
  find<T>(path: string, options?: CallOptions): Promise<T | undefined>;
  post<T>(path: string, body: unknown, options?: CallOptions): Promise<T>;
  put<T>(path: string, body: unknown, options?: CallOptions): Promise<T>;
  patch<T>(path: string, body: unknown, options?: CallOptions): Promise<T>;
  delete<T>(path: string, options?: CallOptions): Promise<T>;
  request<T>(call: Call): Promise<Reply<T>>;
}

const DEFAULT_TIMEOUT_MS = 2_000;

/** The need of another service, by its name in the catalog: `httpClient('price-list')` reads `PRICE_LIST_URL`. */
export function httpClient(peer: string, options: { readonly timeoutMs?: number } = {}): Need<HttpClient, ReturnType<typeof fieldsOf>> {
  return {
    fields: fieldsOf(peer),
    async start({ config, metrics, tracer }) {
      const transport = httpTransport();
      const caller = createCaller({
        peer,
        urls: config.urls.map(({ href }) => href.replace(/\/$/, '')),
        timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        tracer,
        transport,
        metrics: callMetrics(metrics),
        now: () => performance.now(),
        random: Math.random,
      });
      // The services that are called are no part of readiness: theirs is theirs.
      return { value: clientOf((call) => caller.request(call)), stop: async () => transport.close() };
    },
  };
}

function fieldsOf(peer: string) {
  return { urls: urls(urlVariable(peer)) };
}

function clientOf(request: (call: Call) => Promise<Reply<unknown>>): HttpClient {
  const bodyOf = async <T>(call: Call): Promise<T> => (await request(call)).body as T;
  return {
    get: (path, options) => bodyOf({ ...options, method: 'GET', path }),
    find: (path, options) => bodyOf<never>({ ...options, method: 'GET', path }).catch(absent),
    post: (path, body, options) => bodyOf({ ...options, method: 'POST', path, body }),
    put: (path, body, options) => bodyOf({ ...options, method: 'PUT', path, body }),
    patch: (path, body, options) => bodyOf({ ...options, method: 'PATCH', path, body }),
    delete: (path, options) => bodyOf({ ...options, method: 'DELETE', path }),
    request: <T>(call: Call) => request(call) as Promise<Reply<T>>,
  };
}

function absent(error: UpstreamError): undefined {
  if (error.status === 404) return undefined;
  throw error;
}
