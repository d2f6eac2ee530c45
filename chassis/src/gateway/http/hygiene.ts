import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { ClientAddress } from './client-address.ts';

export type HeaderValue = string | string[];
export type HeaderMap = Record<string, HeaderValue>;

/** RFC 9110, 7.6.1, and the headers of old that mean the same. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);
/** What the gateway says by itself, whatever its client says. */
const OWN = new Set([
  'host',
  'traceparent',
  'tracestate',
  'x-request-id',
  'forwarded',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'x-original-url',
  'x-rewrite-url',
  'expect',
]);
const OWN_PREFIXES = ['x-user-', 'x-forwarded-', 'x-envoy-', 'x-http-method'];
/** A listed header of these would be lost to the backend by the client's word alone. */
const NEVER_LISTED = new Set(['authorization', 'content-length', 'content-type', 'cookie', 'traceparent', 'x-request-id']);

const HOST = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/**
 * Why a request is refused for its headers, whatever route it is for; undefined where it is sound.
 * Most of request smuggling is refused by Node's own parser already: what is left is told here.
 */
export function headerFault(request: IncomingMessage): string | undefined {
  const { headers, rawHeaders, httpVersion } = request;
  const encoding = headers['transfer-encoding'];
  if (encoding !== undefined && (encoding.toLowerCase() !== 'chunked' || httpVersion !== '1.1'))
    return 'Transfer-Encoding may only be chunked';
  if (encoding !== undefined && headers['content-length'] !== undefined) return 'Content-Length and Transfer-Encoding exclude each other';
  if (headers.host === undefined || !HOST.test(headers.host)) return 'The Host header is missing or not valid';
  return twice(rawHeaders);
}

/** Node keeps one of several; another server may keep the other one. */
const SINGLE = new Set(['host', 'content-length', 'transfer-encoding', 'authorization', 'content-type']);

function twice(rawHeaders: readonly string[]): string | undefined {
  let seen = '';
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length < 4 || name.length > 17) continue;
    const lower = name.toLowerCase();
    if (!SINGLE.has(lower)) continue;
    if (seen.includes(`|${lower}|`)) return `The header ${lower} is given twice`;
    seen += `|${lower}|`;
  }
  return undefined;
}

/** The headers of a request that a backend may see; what the gateway adds comes after. */
export function requestHeaders(headers: IncomingHttpHeaders): HeaderMap {
  const listed = listedIn(headers.connection);
  const kept: HeaderMap = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || HOP_BY_HOP.has(name) || OWN.has(name) || listed?.has(name)) continue;
    // CGI and its heirs read `_` and `-` alike: x_user_id would become x-user-id behind our back.
    if (name.includes('_') || (name.startsWith('x-') && OWN_PREFIXES.some((prefix) => name.startsWith(prefix)))) continue;
    kept[name] = value;
  }
  return kept;
}

/** The headers of a backend's answer that a client may see. */
export function responseHeaders(headers: Readonly<Record<string, HeaderValue | undefined>>): HeaderMap {
  const listed = listedIn(headers['connection']);
  const kept: HeaderMap = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || HOP_BY_HOP.has(name) || listed?.has(name) || name.startsWith('x-user-')) continue;
    kept[name] = value;
  }
  return kept;
}

/** The headers that `Connection` names are for this connection alone. */
function listedIn(connection: HeaderValue | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  const names = String(connection)
    .split(',')
    .map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => !NEVER_LISTED.has(name)));
}

/** Says who asked, how, and for which host; only proxies that are trusted are quoted. */
export function addForwarded(headers: HeaderMap, { address, chain }: ClientAddress, request: IncomingMessage): void {
  headers['x-forwarded-for'] = chain === '' ? address : `${chain}, ${address}`;
  headers['x-forwarded-proto'] = 'http';
  headers['x-forwarded-host'] = request.headers.host ?? '';
}
