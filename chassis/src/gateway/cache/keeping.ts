import type { IncomingHttpHeaders } from 'node:http';
import type { HeaderMap } from '../http/hygiene.ts';
import { milliseconds } from '../routes/duration.ts';
import type { CacheSpec } from '../routes/types.ts';
import { directivesOf, freshFor, isUnchanged } from './rules.ts';
import type { CacheStore, Kept } from './store.ts';

/** A larger answer is passed on and not kept. */
export const LARGEST_KEPT_BYTES = 1024 * 1024;

/** An answer that is kept, as it is sent: its age, and nothing but a 304 to who has it already. */
export interface Repeated {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: Buffer | undefined;
}

/** Whether a request may be answered from the cache, and its answer kept. */
export function mayUseCache(method: string | undefined, headers: IncomingHttpHeaders): boolean {
  if (method !== 'GET' || headers.range !== undefined || headers['if-match'] !== undefined) return false;
  const directives = directivesOf(headers['cache-control']);
  return !directives.has('no-store') && !directives.has('no-cache');
}

export function repeated({ status, headers, body, storedAt }: Kept, asked: IncomingHttpHeaders, now: number): Repeated {
  const age = Number(headers['age'] ?? 0) + Math.floor((now - storedAt) / 1000);
  const own: HeaderMap = { ...headers, age: String(age), 'cache-status': 'gateway; hit' };
  if (!isUnchanged(asked['if-none-match'], headers['etag'])) return { status, headers: own, body };
  const { 'content-length': _length, 'content-type': _type, ...rest } = own;
  return { status: 304, headers: rest, body: undefined };
}

export interface Keeping {
  data(chunk: Buffer): void;
  /** The answer is whole. */
  ended(): void;
}

export interface KeepParts {
  readonly store: CacheStore;
  readonly key: string;
  readonly spec: CacheSpec;
  readonly personal: boolean;
  readonly asked: IncomingHttpHeaders;
  /** How often the cache had been purged as the request began: what was read before a purge may be old. */
  readonly purges: number;
  now(): number;
}

/** Keeps an answer as it passes; undefined where it may not be kept. */
export function keep(parts: KeepParts, status: number, headers: HeaderMap): Keeping | undefined {
  const { store, key, spec, asked, now } = parts;
  const freshMs = freshFor({ status, headers, personal: parts.personal, ttlMs: spec.ttl === undefined ? 0 : milliseconds(spec.ttl) });
  if (freshMs <= 0 || Number(headers['content-length'] ?? 0) > LARGEST_KEPT_BYTES) return undefined;
  const varies = namesIn(headers['vary']).map((name) => [name, String(asked[name] ?? '')] as const);
  const stored = { ...headers };
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    data(chunk) {
      bytes += chunk.length;
      if (bytes <= LARGEST_KEPT_BYTES) chunks.push(chunk);
    },
    ended() {
      if (bytes > LARGEST_KEPT_BYTES || store.purges() !== parts.purges) return;
      const body = Buffer.concat(chunks);
      store.keep(key, {
        status,
        headers: { ...stored, 'content-length': String(bytes) },
        body,
        tags: spec.tags ?? [],
        storedAt: now(),
        freshUntil: now() + freshMs,
        varies,
      });
    },
  };
}

/** The representation always depends on the coding that was asked for, whether or not the backend says so. */
function namesIn(vary: HeaderMap[string] | undefined): readonly string[] {
  const named = String(vary ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  return [...new Set([...named.filter((name) => name !== ''), 'accept-encoding'])].sort();
}
