import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { gateway } from '../../../chassis/src/gateway/gateway.ts';
import { type FakeUpstream, fakeUpstream, startService, type TestService } from '../../../chassis/src/testing/testing.ts';

/** A running gateway before a running upstream that says what it was asked. */
export interface Scene {
  readonly app: TestService;
  readonly port: number;
  readonly upstream: Echo;
  stop(): Promise<void>;
}

export interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface Echo {
  readonly url: string;
  readonly heard: Heard[];
  stop(): Promise<void>;
}

/** Starts a gateway with these routes; `ORDERS_URL` leads to the echo unless `env` says otherwise. */
export async function startScene(routes: string, env: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const [folder, upstream] = await Promise.all([mkdtemp(join(tmpdir(), 'svckit-gateway-')), startEcho()]);
  const file = join(folder, 'routes.yaml');
  await writeFile(file, routes);
  const app = await startService(gateway({ routes: pathToFileURL(file) }), { ORDERS_URL: upstream.url, ...env });
  const stop = async () => {
    await app.stop();
    await upstream.stop();
    await rm(folder, { recursive: true });
  };
  return { app, port: Number(new URL(app.url).port), upstream, stop };
}

/** Answers every request with what it was. */
async function startEcho(): Promise<Echo> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { method = '', url = '', headers, rawHeaders } = request;
      heard.push({ method, url, headers, rawHeaders, body });
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ method, url, body }));
    });
  });
  return { url: await listening(server), heard, stop: () => closed(server) };
}

export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Sends bytes as they are, half-closes, and gives back all that comes within `patienceMs`. */
export function raw(port: number, bytes: string | Buffer, patienceMs = 400): Promise<string> {
  return new Promise((resolve) => {
    let reply = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes));
    const end = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reply);
    };
    const timer = setTimeout(end, patienceMs);
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      reply += chunk;
    });
    socket.on('error', end);
    socket.on('close', end);
  });
}

export const ISSUER = 'https://login.example.com';
export const AUDIENCE = 'shop';

type SigningKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

/** Where tokens come from: keys with an address, and a way to sign with any of them. */
export interface Authority {
  readonly keys: FakeUpstream;
  readonly env: Readonly<Record<string, string>>;
  /** A sound token, with these claims put over it. */
  sign(claims?: JWTPayload, options?: { readonly key?: string; readonly header?: Readonly<Record<string, unknown>> }): Promise<string>;
  privateKey(name: string): SigningKey;
  publicJwk(name: string): Readonly<Record<string, unknown>>;
  /** What the key set holds from now on. */
  publish(...names: readonly string[]): void;
}

export async function startAuthority(names: readonly string[]): Promise<Authority> {
  const pairs = new Map(
    await Promise.all(names.map(async (name) => [name, await generateKeyPair('ES256', { extractable: true })] as const)),
  );
  const jwks = new Map(
    await Promise.all(
      [...pairs].map(
        async ([name, { publicKey }]) => [name, { ...(await exportJWK(publicKey)), kid: name, alg: 'ES256', use: 'sig' }] as const,
      ),
    ),
  );
  const keys = await fakeUpstream({});
  const privateKey = (name: string) => pairs.get(name)?.privateKey as SigningKey;
  const publish = (...published: readonly string[]) =>
    keys.change({ 'GET /jwks': { body: { keys: published.map((name) => jwks.get(name)) } } });
  const [first = ''] = names;
  publish(first);
  return {
    keys,
    env: { JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE, JWKS_URL: `${keys.url}/jwks` },
    privateKey,
    publish,
    publicJwk: (name) => jwks.get(name) ?? {},
    sign: (claims = {}, { key = first, header = {} } = {}) =>
      new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'u1', scope: 'orders:read', exp: Math.floor(Date.now() / 1000) + 300, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: key, ...header })
        .sign(privateKey(key)),
  };
}

/** An HTTPRoute for `/api/orders`, with what else is given of its rule, and other objects after it. */
export function orders(rule: Readonly<Record<string, unknown>> = {}, ...others: readonly object[]): string {
  const route = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'orders' },
    spec: {
      rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/api/orders' } }], backendRefs: [{ name: 'orders', port: 80 }], ...rule }],
    },
  };
  return [route, ...others].map((object) => JSON.stringify(object)).join('\n---\n');
}

/** A RoutePolicy, and the filter that names it. */
export function policy(name: string, spec: object): object {
  return { apiVersion: 'gateway.svckit.dev/v1', kind: 'RoutePolicy', metadata: { name }, spec };
}

export function uses(name: string): object {
  return { type: 'ExtensionRef', extensionRef: { group: 'gateway.svckit.dev', kind: 'RoutePolicy', name } };
}
