import { choice, type Field, type Fields, field, integer, secret, text, url, urls, urlVariable } from '../config/fields.ts';
import { type ApiKey, parseApiKeys } from './auth/api-keys.ts';
import { ALGORITHMS } from './auth/tokens.ts';
import type { RouteTable } from './routes/compile.ts';
import type { AuthMethod } from './routes/types.ts';

/** What a gateway is told by its environment. */
export interface Settings {
  readonly trustedHops: number;
  readonly cacheBytes: number;
  readonly purgeKey: string | undefined;
  readonly issuer?: string;
  readonly audience?: string;
  readonly jwksUrl?: URL;
  readonly algorithms?: readonly string[];
  readonly apiKeys?: readonly ApiKey[];
  /** `url:orders`: the addresses of each backend. */
  readonly [backend: `url:${string}`]: readonly URL[];
}

/** The variables that these routes need: an address for each backend, and what proofs of identity are checked with. */
export function settingsOf(table: RouteTable): Fields {
  return {
    trustedHops: integer('TRUSTED_HOPS', { default: 0, min: 0, max: 16 }),
    cacheBytes: integer('CACHE_MAX_BYTES', { default: 32 * 1024 * 1024, min: 0, max: 2 ** 32 }),
    purgeKey: secret('CACHE_PURGE_KEY', { optional: true }),
    ...(uses(table, 'jwt') && TOKEN_FIELDS),
    ...(uses(table, 'apiKey') && { apiKeys: field('API_KEYS', parseApiKeys, { secret: true }) }),
    ...Object.fromEntries(table.backends.map((name) => [`url:${name}`, urls(urlVariable(name))])),
  };
}

const TOKEN_FIELDS = {
  issuer: text('JWT_ISSUER'),
  audience: text('JWT_AUDIENCE'),
  jwksUrl: url('JWKS_URL'),
  algorithms: algorithms(),
};

/** Signatures by a shared secret are not on offer: who can check them can make them. */
function algorithms(): Field<readonly string[]> {
  const one = choice('JWT_ALGORITHMS', ALGORITHMS);
  return field('JWT_ALGORITHMS', (list) => list.split(',').map((name) => one.parse(name.trim())), {
    default: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
  });
}

export function uses({ entries }: RouteTable, method: AuthMethod): boolean {
  return entries.some(({ target }) => target.policy.authentication?.anyOf.includes(method));
}
