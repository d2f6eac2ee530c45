import type { Database } from '@svckit/chassis/postgres';
import { importJWK, SignJWT } from 'jose';
import type { Account } from '../accounts/accounts.ts';
import type { components } from '../api.ts';
import type { RotationRules } from './rotation.ts';
import { ALGORITHM, signingKey } from './store.ts';

type Token = components['schemas']['Token'];

export const TOKEN_SECONDS = 900;

/** Whose tokens these are, and for whom: the gateway is told the same. */
export interface TokenRules extends RotationRules {
  readonly issuer: string;
  readonly audience: string;
}

/** A token that says who somebody is and what they may, for a quarter of an hour. */
export async function makeToken(
  db: Database,
  { id, scopes }: Omit<Account, 'email'>,
  rules: TokenRules,
): Promise<Token> {
  const key = await signingKey(db, rules);
  const accessToken = await new SignJWT({ scope: scopes.join(' ') })
    .setProtectedHeader({ alg: ALGORITHM, kid: key.id, typ: 'at+jwt' })
    .setIssuer(rules.issuer)
    .setAudience(rules.audience)
    .setSubject(id)
    .setIssuedAt()
    .setExpirationTime(`${TOKEN_SECONDS}s`)
    .sign(await importJWK(key.privateKey, ALGORITHM));
  return { accessToken, tokenType: 'Bearer', expiresIn: TOKEN_SECONDS };
}
