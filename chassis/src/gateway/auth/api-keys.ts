import { createHash, timingSafeEqual } from 'node:crypto';
import { type Identity, isSendable } from './identity.ts';

/** A known key: its SHA-256, never the key itself. */
export interface ApiKey {
  readonly name: string;
  readonly digest: Buffer;
  readonly scopes: readonly string[];
}

/**
 * `reporting=<sha256 in hex>`, scopes after a semicolon: `reporting=9f86…;orders:read+orders:write`; several by commas or lines.
 * @throws Error that completes the sentence "API_KEYS …"
 */
export function parseApiKeys(text: string): readonly ApiKey[] {
  return text
    .split(/[,\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, name, hex, scopes = ''] = /^([^=\s]+)=([0-9a-f]{64})(?:;(\S+))?$/.exec(line) ?? [];
      if (!isSendable(name) || hex === undefined)
        throw new Error('must be a list of name=sha256, each digest 64 small hexadecimal digits, scopes after a semicolon');
      return { name, digest: Buffer.from(hex, 'hex'), scopes: scopes === '' ? [] : scopes.split('+') };
    });
}

/** Looks at every key for the same time, whichever it is. API keys are random: a plain digest gives nothing away. */
export function findApiKey(keys: readonly ApiKey[], given: string): Identity | undefined {
  const digest = createHash('sha256').update(given).digest();
  let found: ApiKey | undefined;
  for (const key of keys) if (timingSafeEqual(key.digest, digest)) found = key;
  return found && { id: found.name, scopes: found.scopes, by: 'apiKey' };
}
