import { fakeUpstream } from '@svckit/chassis/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** Somebody who makes tokens, with a key of this test run alone. */
export async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const key = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256' };
  const server = await fakeUpstream({ 'GET /jwks.json': { body: { keys: [key] } } });
  return {
    env: { JWT_ISSUER: server.url, JWT_AUDIENCE: 'test', JWKS_URL: `${server.url}/jwks.json` },
    token: (user: string) =>
      new SignJWT({ sub: user })
        .setProtectedHeader({ alg: 'ES256', kid: 'test' })
        .setIssuer(server.url)
        .setAudience('test')
        .setExpirationTime('5 minutes')
        .sign(privateKey),
    stop: () => server.stop(),
  };
}
