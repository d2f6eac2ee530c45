/** Headers that belong to one connection, not to the message (RFC 9110 §7.6.1); `expect` was answered by whoever read it. */
const OF_THE_CONNECTION = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade', 'expect', 'te']);

/**
 * The headers to pass on, as a flat list of names and values, spelled and ordered as they came.
 * What a message names in its `Connection` header stays behind, too.
 */
export function passedHeaders(raw: readonly string[]): readonly string[] {
  const named = pairs(raw).filter(([name]) => name.toLowerCase() === 'connection');
  const left = new Set([...OF_THE_CONNECTION, ...named.flatMap(([, value]) => value.split(',').map((each) => each.trim().toLowerCase()))]);
  return pairs(raw)
    .filter(([name]) => !left.has(name.toLowerCase()) || isFraming(name))
    .flat();
}

/** Where a message ends must be told in any case: a sender that names these in `Connection` could smuggle a second one. */
function isFraming(name: string): boolean {
  return ['host', 'content-length', 'transfer-encoding'].includes(name.toLowerCase());
}

function pairs(raw: readonly string[]): readonly (readonly [string, string])[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []));
}
