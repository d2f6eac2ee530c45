import { fakeUpstream } from '@svckit/chassis/testing';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';

/** What a token may say otherwise than a sound one. */
export interface TokenWish {
  readonly scope?: string;
  readonly issuer?: string;
  readonly audience?: string;
  /** Seconds from now. */
  readonly expiresIn?: number;
  /** What it is signed with. */
  readonly key?: CryptoKey;
}

/** Somebody who makes tokens, with a key of this test run alone. */
export async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const key = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256' };
  const server = await fakeUpstream({ 'GET /jwks.json': { body: { keys: [key] } } });
  return {
    publicKey: key,
    env: { JWT_ISSUER: server.url, JWT_AUDIENCE: 'test', JWKS_URL: `${server.url}/jwks.json` },
    token: (user: string, wish: TokenWish = {}) =>
      new SignJWT({ sub: user, ...(wish.scope !== undefined && { scope: wish.scope }) })
        .setProtectedHeader({ alg: 'ES256', kid: 'test' })
        .setIssuer(wish.issuer ?? server.url)
        .setAudience(wish.audience ?? 'test')
        .setExpirationTime(new Date(Date.now() + 1000 * (wish.expiresIn ?? 300)))
        .sign(wish.key ?? privateKey),
    stop: () => server.stop(),
  };
}
