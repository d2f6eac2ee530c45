import { SvcError } from '../../errors.ts';
import type { ForgeAddress } from './forge.ts';

/**
 * Refuses to send a token in the clear, but to this machine itself.
 * @throws SvcError forge/denied
 */
export function refuseCleartext({ url }: ForgeAddress): void {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return;
  throw new SvcError('forge/denied', `${url} is not encrypted: a token sent there can be read on the way`, {
    hint: `Use https://${hostname}`,
  });
}

/** The `Authorization` header of HTTP's basic scheme, as git's servers expect a token. */
export function basic(user: string, token: string): string {
  return `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;
}
