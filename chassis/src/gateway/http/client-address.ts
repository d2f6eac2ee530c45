import { isIP } from 'node:net';

/** Who asks. */
export interface ClientAddress {
  /** The address as proxies and logs know it. */
  readonly address: string;
  /** What counts as one client: an IPv4 address, or the /64 that one IPv6 subscriber has. */
  readonly key: string;
  /** What trusted proxies have said of the way before, for `X-Forwarded-For`. */
  readonly chain: string;
}

/**
 * The client of a request. Only as many entries of `X-Forwarded-For` are believed, from its end, as there are trusted proxies
 * before the gateway: everything further left is what the client says of itself.
 * @param trustedHops 0 where clients connect to the gateway directly
 */
export function clientAddress(
  socketAddress: string | undefined,
  forwardedFor: string | string[] | undefined,
  trustedHops: number,
): ClientAddress {
  const peer = plain(socketAddress ?? '');
  if (trustedHops === 0 || forwardedFor === undefined) return { address: peer, key: keyOf(peer), chain: '' };
  const entries = String(forwardedFor)
    .split(',')
    .map((entry) => plain(entry.trim()))
    .slice(-trustedHops);
  const [client] = entries;
  if (client === undefined || !entries.every((entry) => isIP(entry))) return { address: peer, key: keyOf(peer), chain: '' };
  return { address: peer, key: keyOf(client), chain: entries.join(', ') };
}

/** `::ffff:10.0.0.1` is 10.0.0.1, in whatever way it is written. */
function plain(address: string): string {
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (dotted !== undefined) return dotted;
  if (!/^[0:]*:ffff:/i.test(address) || isIP(address) !== 6) return address;
  const [high = 0, low = 0] = groupsOf(address).slice(-2);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function keyOf(address: string): string {
  if (isIP(address) !== 6) return address;
  return `${groupsOf(address)
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight groups of a valid IPv6 address; a dotted end counts as two. */
function groupsOf(address: string): readonly number[] {
  const text = (address.split('%')[0] ?? '').replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => `${hex(a, b)}:${hex(c, d)}`);
  const [left = '', right] = text.split('::');
  const head = left === '' ? [] : left.split(':');
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const zeros = right === undefined ? [] : Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16));
}

function hex(high: string, low: string): string {
  return (Number(high) * 256 + Number(low)).toString(16);
}
