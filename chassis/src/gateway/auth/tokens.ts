import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { Failure } from '../../failure.ts';
import { type Identity, isSendable } from './identity.ts';
import { createKeySet, type KeySet } from './key-set.ts';

export interface TokenConfig {
  readonly issuer: string;
  readonly audience: string;
  /** Signature algorithms that are accepted; never a symmetric one, never `none`. */
  readonly algorithms: readonly string[];
}

/** Checks bearer tokens. */
export interface TokenChecker {
  /** The identity at once where the token was verified a moment ago; else undefined: ask `verify`. */
  remembered(token: string): Identity | undefined;
  /** Undefined for a token that is not valid. @throws Failure where that cannot be said now */
  verify(token: string): Promise<Identity | undefined>;
}

export interface TokenParts extends TokenConfig {
  fetchKeys(): Promise<JSONWebKeySet>;
  /** Milliseconds since 1970. */
  now(): number;
  failed(error: unknown): void;
}

export const ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'] as const;
/** Clocks differ; RFC 7519 allows "a few minutes", we allow less. */
const SKEW_SECONDS = 30;
const LONGEST_TOKEN = 8 * 1024;
/** A signature costs more than the rest of a request: a verified token is known for this long, and no longer than it is valid. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 10_000;

interface Remembered {
  readonly identity: Identity;
  readonly until: number;
}

export function createTokenChecker(parts: TokenParts): TokenChecker {
  const known = new Map<string, Remembered>();
  const keySet = createKeySet({ ...parts, lookup: createLocalJWKSet, changed: () => known.clear() });
  return {
    remembered(token) {
      const entry = known.get(token);
      if (entry && entry.until > parts.now()) return entry.identity;
      if (entry) known.delete(token);
      return undefined;
    },
    async verify(token) {
      if (token.length > LONGEST_TOKEN) return undefined;
      const payload = await verified(parts, keySet, token);
      const identity = payload && identityOf(payload);
      if (identity && payload.exp !== undefined)
        remember(known, token, { identity, until: Math.min(payload.exp * 1000, parts.now() + REMEMBERED_MS) });
      return identity;
    },
  };
}

function remember(known: Map<string, Remembered>, token: string, entry: Remembered): void {
  const [oldest] = known.keys();
  if (known.size >= MOST_REMEMBERED && oldest !== undefined) known.delete(oldest);
  known.set(token, entry);
}

async function verified(parts: TokenParts, keySet: KeySet, token: string): Promise<JWTPayload | undefined> {
  const first = await tried(parts, keySet, token);
  if (first !== 'unknown key') return first;
  // The key may have been published since.
  const second = (await keySet.refetch()) ? await tried(parts, keySet, token) : undefined;
  return second === 'unknown key' ? undefined : second;
}

async function tried(
  { issuer, audience, algorithms, now }: TokenParts,
  keySet: KeySet,
  token: string,
): Promise<JWTPayload | 'unknown key' | undefined> {
  const keys = await keySet.keys().catch((cause) => {
    throw new Failure('Tokens cannot be checked', { status: 503, detail: 'Who you are cannot be checked at the moment' }, { cause });
  });
  try {
    const options = {
      issuer,
      audience,
      algorithms: [...algorithms],
      clockTolerance: SKEW_SECONDS,
      requiredClaims: ['exp', 'sub'],
      currentDate: new Date(now()),
    };
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    // Whatever is wrong with a token is its bearer's affair: no odd token may become an error of ours.
    return error instanceof errors.JWKSNoMatchingKey ? 'unknown key' : undefined;
  }
}

function identityOf({ sub, scope, scp }: JWTPayload): Identity | undefined {
  if (!isSendable(sub)) return undefined;
  const claimed = scope ?? scp;
  const scopes = typeof claimed === 'string' ? claimed.split(' ') : Array.isArray(claimed) ? claimed : [];
  return { id: sub, scopes: scopes.filter(isSendable), by: 'jwt' };
}
