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

/**
 * What git sends to a forge with a token, as the password of the user that this kind of forge wants; undefined without a token.
 * @throws SvcError as `refuseCleartext`
 */
export function gitHeader(user: string, token: string | undefined, address: ForgeAddress): string | undefined {
  if (token === undefined) return undefined;
  refuseCleartext(address);
  return `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;
}
