import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What a request to a loopback server is refused with: the status, and why. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly reason: string;
}

/**
 * Why a request is refused, or undefined where it may pass. A page in the person's browser can reach loopback addresses, too: what
 * it sends carries an Origin, and after DNS rebinding a foreign Host. So both are refused before the token is looked at.
 * `token` is undefined where a service must get in that was given no token (spans).
 */
export function refusal(headers: IncomingHttpHeaders, port: number, token: string | undefined): Refusal | undefined {
  if (!hostsOf(port).includes(headers.host ?? '')) return { status: 403, reason: 'This address is for programs on this machine' };
  if (headers.origin !== undefined) return { status: 403, reason: 'Web pages may not call this address' };
  if (token !== undefined && !isSame(headers.authorization ?? '', `Bearer ${token}`))
    return { status: 401, reason: 'The token is missing or wrong' };
  return undefined;
}

function hostsOf(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

/** In a time that does not tell how much of it was right. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
