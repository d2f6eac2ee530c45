import { fakeUpstream, startService, type UpstreamRequest } from '@svckit/chassis/testing';
import { createGateway } from '../src/gateway.ts';
import { startIssuer } from './issuer.ts';

/** What every service here answers: what it was told. */
const told = ({ path, headers }: UpstreamRequest) => ({
  body: { path, requestId: headers['x-request-id'], user: headers['x-user-id'] },
});

const answers = {
  'GET /auth/1': told,
  'GET /users/1': told,
  'GET /products/1': told,
  'GET /carts/1': told,
  'GET /orders/1': told,
  'GET /inventory/1': told,
  'GET /promotions/1': told,
};

/** The paths that the services know: a client asks for them below `/api`. */
export const paths = Object.keys(answers).map((operation) => operation.slice('GET '.length));

/** The gateway as it runs in production, before stand-ins of its services. Nothing leaves this machine. */
export async function startApp() {
  const services = await fakeUpstream(answers);
  const issuer = await startIssuer();
  const app = await startService(createGateway, {
    ...issuer.env,
    AUTH_URL: services.url,
    USERS_URL: services.url,
    PRODUCTS_URL: services.url,
    CARTS_URL: services.url,
    ORDERS_URL: services.url,
    INVENTORY_URL: services.url,
    PROMOTIONS_URL: services.url,
  });
  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${app.url}${path}`, { headers });
  return {
    url: app.url,
    services,
    get,
    /** As Ada, who has a sound token. */
    getAsAda: async (path: string, headers: Record<string, string> = {}) =>
      get(path, { authorization: `Bearer ${await issuer.token('ada')}`, ...headers }),
    async stop() {
      await app.stop();
      await services.stop();
      await issuer.stop();
    },
  };
}
