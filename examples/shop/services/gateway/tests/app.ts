import { fakeUpstream, startService, type UpstreamRequest } from '@svckit/chassis/testing';
import { createGateway } from '../src/gateway.ts';
import { startIssuer } from './issuer.ts';

export interface Route {
  readonly method: string;
  /** As a client asks for it, and as the service behind it knows it. */
  readonly path: string;
  readonly behind: string;
  readonly opens: 'to all' | 'to buyers' | 'to managers';
}

const route = (method: string, path: string, behind: string, opens: Route['opens']): Route => ({
  method,
  path,
  behind,
  opens,
});

/** What clients may ask, of which service, and who they must be. */
export const routes: readonly Route[] = [
  route('POST', '/api/auth/accounts', '/accounts', 'to all'),
  route('POST', '/api/auth/tokens', '/tokens', 'to all'),
  route('GET', '/api/auth/.well-known/jwks.json', '/.well-known/jwks.json', 'to all'),
  route('GET', '/api/auth/api-keys', '/api-keys', 'to buyers'),
  route('DELETE', '/api/auth/api-keys/1', '/api-keys/1', 'to buyers'),
  route('GET', '/api/users/1', '/users/1', 'to buyers'),
  route('PUT', '/api/users/1', '/users/1', 'to buyers'),
  route('GET', '/api/products', '/products', 'to all'),
  route('GET', '/api/products/1', '/products/1', 'to all'),
  route('POST', '/api/products', '/products', 'to managers'),
  route('PATCH', '/api/products/1', '/products/1', 'to managers'),
  route('GET', '/api/carts/mine', '/carts/mine', 'to buyers'),
  route('PUT', '/api/carts/mine/items/1', '/carts/mine/items/1', 'to buyers'),
  route('POST', '/api/orders', '/orders', 'to buyers'),
  route('GET', '/api/orders/1', '/orders/1', 'to buyers'),
  route('GET', '/api/inventory/1', '/inventory/1', 'to all'),
  route('PUT', '/api/inventory/1/deliveries/2', '/inventory/1/deliveries/2', 'to managers'),
  route('PUT', '/api/promotions/coupons/TEN', '/coupons/TEN', 'to managers'),
  route('PUT', '/api/promotions/points/1/grants/2', '/points/1/grants/2', 'to managers'),
];

/** What a buyer may look at, below `/api`. */
export const paths = routes
  .filter(({ method, opens }) => method === 'GET' && opens === 'to buyers')
  .map(({ path }) => path.slice('/api'.length));

/** What every service here answers: what it was told. */
const told = ({ path, headers }: UpstreamRequest) => ({
  body: { path, requestId: headers['x-request-id'], user: headers['x-user-id'], scopes: headers['x-user-scopes'] },
});

/** The gateway as it runs in production, before stand-ins of its services. Nothing leaves this machine. */
export async function startApp() {
  const services = await fakeUpstream(
    Object.fromEntries(routes.map(({ method, behind }) => [`${method} ${behind}`, told])),
  );
  const issuer = await startIssuer();
  const app = await startService(createGateway, { ...issuer.env, ...addresses(services.url) });
  const send = (
    method: string,
    path: string,
    { headers, body }: { headers?: Record<string, string>; body?: string } = {},
  ) =>
    fetch(`${app.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body && { body }),
    });
  return {
    url: app.url,
    services,
    issuer,
    send,
    get: (path: string, headers: Record<string, string> = {}) => send('GET', path, { headers }),
    /** With a token: a sound one of Ada's by default. */
    sendWith: (token: string, { method, path }: Pick<Route, 'method' | 'path'>) =>
      send(method, path, { headers: { authorization: `Bearer ${token}` } }),
    async getAsAda(path: string, headers: Record<string, string> = {}) {
      return send('GET', path, { headers: { authorization: `Bearer ${await issuer.token('ada')}`, ...headers } });
    },
    async stop() {
      await app.stop();
      await services.stop();
      await issuer.stop();
    },
  };
}

/** The address of each service behind the gateway: one stand-in plays them all. */
export function addresses(url: string) {
  return {
    AUTH_URL: url,
    USERS_URL: url,
    PRODUCTS_URL: url,
    CARTS_URL: url,
    ORDERS_URL: url,
    INVENTORY_URL: url,
    PROMOTIONS_URL: url,
  };
}
