import { randomUUID } from 'node:crypto';
import { fakeUpstream, startService, testDatabase, testEvents, type UpstreamRequest } from '@svckit/chassis/testing';
import { createService } from '../src/service.ts';

/** What products knows; it knows no other id. */
export const teapot = {
  id: '018f4d5e-0000-7000-8000-000000000001',
  name: 'a teapot',
  description: '',
  price: 2500,
  version: 3,
};
export const cup = {
  id: '018f4d5e-0000-7000-8000-000000000003',
  name: 'a cup',
  description: '',
  price: 400,
  version: 1,
};
export const unknownId = '018f4d5e-0000-7000-8000-000000000002';

export const example = { quantity: 2 };

const lookUp = ({ query }: UpstreamRequest) => ({
  body: { items: [teapot, cup].filter(({ id }) => query['ids']?.split(',').includes(id)) },
});

export interface Asked {
  readonly user?: string;
  readonly ifMatch?: string | null | undefined;
  readonly body?: unknown;
}

/** The service as it runs in production; a database is a real one, other services are faked. Nothing leaves this machine. */
export async function startApp() {
  const database = await testDatabase();
  let stopped: Promise<void> | undefined;
  const stopDatabase = () => {
    stopped ??= database.stop();
    return stopped;
  };
  const events = await testEvents();
  const products = await fakeUpstream({ 'GET /products': lookUp });
  const app = await startService(createService, {
    DATABASE_URL: database.url,
    EVENTS_URL: events.url,
    PRODUCTS_URL: products.url,
  });
  const send = (method: string, path: string, { user, ifMatch, body }: Asked) =>
    fetch(`${app.url}/carts/mine${path}`, {
      method,
      headers: {
        ...(user !== undefined && { 'x-user-id': user }),
        ...(ifMatch && { 'if-match': ifMatch }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    url: app.url,
    stopDatabase,
    events,
    products,
    send,
    /** Puts a product into a cart of nobody else's. */
    create: (body: unknown) => send('PUT', `/items/${teapot.id}`, { user: randomUUID(), body }),
    async stop() {
      await app.stop();
      await products.stop();
      await events.stop();
      await stopDatabase();
    },
  };
}

/** The body of an answer. Under test the service checks each one against the contract before it leaves. */
export async function bodyOf<T>(answer: Response): Promise<T> {
  return (await answer.json()) as T;
}
