import type { Entry, RouteTable } from './compile.ts';
import type { NameValue } from './types.ts';

/** What a route is chosen by. */
export interface Asked {
  readonly method: string;
  /** As `requestTarget` gives it. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  /** Small letters, without a port. */
  readonly host: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export type Matched =
  | { readonly is: 'found'; readonly entry: Entry }
  /** The path is known, the method is not. */
  | { readonly is: 'other-method'; readonly allow: readonly string[] }
  | { readonly is: 'nothing' };

const NOTHING: Matched = { is: 'nothing' };

/** The first entry that fits: the table is in the order of precedence. */
export function matchRoute({ entries }: RouteTable, asked: Asked): Matched {
  let allow: Set<string> | undefined;
  for (const entry of entries) {
    if (!fitsPath(entry, asked.path) || !fitsHost(entry, asked.host) || !fitsDetails(entry, asked)) continue;
    if (entry.method === undefined || entry.method === asked.method || (entry.method === 'GET' && asked.method === 'HEAD'))
      return { is: 'found', entry };
    allow ??= new Set();
    allow.add(entry.method);
  }
  if (!allow) return NOTHING;
  if (allow.has('GET')) allow.add('HEAD');
  return { is: 'other-method', allow: [...allow].sort() };
}

/** A prefix ends where a segment does: `/orders` is no prefix of `/orders-archive`. */
function fitsPath({ path, exact }: Entry, asked: string): boolean {
  if (exact) return asked === path;
  return path === '/' || (asked.startsWith(path) && (asked.length === path.length || asked.charCodeAt(path.length) === SLASH));
}

const SLASH = 0x2f;

function fitsHost({ hostnames }: Entry, host: string): boolean {
  return (
    hostnames.length === 0 ||
    hostnames.some((name) => (name.startsWith('*.') ? host.endsWith(name.slice(1)) && host.length > name.length - 1 : host === name))
  );
}

function fitsDetails({ headers, query }: Entry, asked: Asked): boolean {
  if (headers.length > 0 && !headers.every(({ name, value }) => asked.headers[name] === value)) return false;
  return query.length === 0 || fitsQuery(query, asked.query);
}

/** The first of several values decides, as the Gateway API has it. */
function fitsQuery(wanted: readonly NameValue[], query: string): boolean {
  const given = new URLSearchParams(query);
  return wanted.every(({ name, value }) => given.get(name) === value);
}
