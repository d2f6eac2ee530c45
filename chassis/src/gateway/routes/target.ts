/** Why a request target is refused. */
export class BadTarget extends Error {
  override readonly name = 'BadTarget';
}

export interface RequestTarget {
  /** One spelling for each resource: unreserved characters stand for themselves, and what is encoded is so in capitals. */
  readonly path: string;
  /** As it came, without the question mark. */
  readonly query: string;
}

/** RFC 3986 path characters but `;`, which some servers cut off with what follows it. */
const PLAIN = /^\/[A-Za-z0-9\-._~!$&'()*+,=:@/]*$/;
const PATH = /^\/(?:[A-Za-z0-9\-._~!$&'()*+,=:@/]|%[0-9A-Fa-f]{2})*$/;
const QUERY = /^[\x21-\x7e]*$/;
/** Empty segments and dot segments, which servers resolve in ways of their own. */
const TWISTED = /\/\/|\/\.{1,2}(?:\/|$)/;
const UNRESERVED = /[A-Za-z0-9\-._~]/;
/** Encoded, these lead servers to read another path than we have matched: `/`, `\`, `;`, `%` and control characters. */
const MISLEADING = /[/\\;%]|[^\x20-\x7e\x80-\xff]/;

/**
 * Path and query of a request line in the one form that routes are matched against and backends are sent.
 * @throws BadTarget for what servers are known to read differently
 */
export function requestTarget(url: string): RequestTarget {
  const cut = url.indexOf('?');
  const raw = cut < 0 ? url : url.slice(0, cut);
  const query = cut < 0 ? '' : url.slice(cut + 1);
  if (!QUERY.test(query) || query.includes('#')) throw new BadTarget('The query holds characters that must be encoded');
  const path = PLAIN.test(raw) ? raw : normalised(raw);
  if (TWISTED.test(path)) throw new BadTarget('The path holds an empty or a dot segment');
  return { path, query };
}

function normalised(raw: string): string {
  if (!raw.startsWith('/')) throw new BadTarget('The request must name a path');
  if (!PATH.test(raw)) throw new BadTarget('The path holds characters that must be encoded');
  return raw.replaceAll(/%[0-9A-Fa-f]{2}/g, (code) => {
    const letter = String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (MISLEADING.test(letter)) throw new BadTarget(`The path holds ${code}, which is not taken here`);
    return UNRESERVED.test(letter) ? letter : code.toUpperCase();
  });
}
