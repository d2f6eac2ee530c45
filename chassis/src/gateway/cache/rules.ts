import type { HeaderMap, HeaderValue } from '../http/hygiene.ts';

/** What `Cache-Control` says, by name; a directive without a value is ''. */
export type Directives = ReadonlyMap<string, string>;

const CACHEABLE = new Set([200, 203, 301, 308, 404, 410]);

export function directivesOf(header: HeaderValue | undefined): Directives {
  if (header === undefined) return new Map();
  const parts = String(header).toLowerCase().split(',');
  return new Map(
    parts.map((part) => {
      const [name = '', value = ''] = part.trim().split('=', 2);
      return [name, value.replaceAll('"', '')] as const;
    }),
  );
}

export interface Answered {
  readonly status: number;
  readonly headers: HeaderMap;
  /** Whether the request carried a proof of identity, or the route asks for one. */
  readonly personal: boolean;
  /** For answers that say nothing of how long they are fresh. */
  readonly ttlMs: number;
}

/**
 * How long an answer may be used again, in milliseconds; 0 where it may not be kept (RFC 9111, sections 3 and 4.2).
 * What answers one person is kept only where the backend says that it is for all.
 */
export function freshFor({ status, headers, personal, ttlMs }: Answered): number {
  if (!CACHEABLE.has(status) || headers['set-cookie'] !== undefined || headers['vary'] === '*') return 0;
  const directives = directivesOf(headers['cache-control']);
  if (directives.has('no-store') || directives.has('private') || directives.has('no-cache')) return 0;
  if (personal && !directives.has('public') && !directives.has('s-maxage')) return 0;
  const age = seconds(String(headers['age'] ?? '0')) ?? 0;
  const stated = seconds(directives.get('s-maxage')) ?? seconds(directives.get('max-age'));
  if (stated !== undefined) return Math.max(0, (stated - age) * 1000);
  if (headers['expires'] !== undefined) return untilExpiry(headers);
  return status === 200 ? ttlMs : 0;
}

function seconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** An `Expires` that is no date is in the past. */
function untilExpiry({ expires, date }: HeaderMap): number {
  const until = Date.parse(String(expires)) - (date === undefined ? Date.now() : Date.parse(String(date)));
  return Number.isFinite(until) ? Math.max(0, until) : 0;
}

/** Whether what the client has is what is kept: `If-None-Match` compares weakly (RFC 9110, 13.1.2). */
export function isUnchanged(ifNoneMatch: string | undefined, etag: HeaderValue | undefined): boolean {
  if (ifNoneMatch === undefined || etag === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const weak = (tag: string) => tag.trim().replace(/^W\//, '');
  return ifNoneMatch.split(',').some((tag) => weak(tag) === weak(String(etag)));
}
