import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { build } from './build.ts';
import { startProcess } from './process.ts';
import type { Shop } from './shop.ts';

/** The shop's gateway before its services, and a way to be let in. */
export interface Gateway {
  readonly url: string;
  /** A token as `auth` makes them, for this user. */
  token(userId: string, scope?: string): Promise<string>;
  stop(): Promise<void>;
}

const [ISSUER, AUDIENCE, KEY] = ['http://auth', 'shop', 'test'];
/** Services that take no part in an order are not there. */
const NOWHERE = 'http://127.0.0.1:9';

/** Starts the gateway over a running shop. The keys of its tokens are made here. */
export async function startGateway(shop: Pick<Shop, 'urls' | 'logFile'>, env: Readonly<Record<string, string>> = {}): Promise<Gateway> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: KEY, alg: 'ES256', use: 'sig' }] };
  const jwks = createServer((_, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(keys)));
  await once(jwks.listen(0, '127.0.0.1'), 'listening');
  await build('gateway');
  const port = await freePort();
  const backends = Object.entries({ auth: NOWHERE, carts: NOWHERE, ...shop.urls }).map(([name, url]) => [`${name.toUpperCase()}_URL`, url]);
  const running = await startProcess({
    service: 'gateway',
    port,
    logFile: shop.logFile,
    env: {
      ...Object.fromEntries(backends),
      JWT_ISSUER: ISSUER,
      JWT_AUDIENCE: AUDIENCE,
      JWKS_URL: `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/`,
      ...env,
    },
  });
  return {
    url: `http://127.0.0.1:${port}`,
    token: (userId, scope = '') =>
      new SignJWT({ scope })
        .setProtectedHeader({ alg: 'ES256', kid: KEY })
        .setSubject(userId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime('15m')
        .sign(privateKey),
    async stop() {
      await running.stop();
      jwks.close();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
