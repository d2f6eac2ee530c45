import { randomUUID } from 'node:crypto';
import type { CreateService } from '@svckit/chassis';
import { startService, testDatabase, testEvents } from '@svckit/chassis/testing';
import { createService } from '../src/service.ts';
import { buyer, startShop, teapot } from './shop.ts';

export const unknownId = '018f4d5e-0000-7000-8000-000000000002';

export const example = { items: [{ productId: teapot, quantity: 2 }], card: 'card-good' };

/** The service as it runs in production; its database and the log of events are real, other services are faked. */
export async function startApp(create: CreateService = createService, settings: Record<string, string> = {}) {
  const database = await testDatabase();
  let stopped: Promise<void> | undefined;
  const stopDatabase = () => {
    stopped ??= database.stop();
    return stopped;
  };
  const events = await testEvents();
  const shop = await startShop(events);
  const peers = ['USERS_URL', 'PRODUCTS_URL', 'INVENTORY_URL', 'PROMOTIONS_URL', 'PAYMENTS_URL'];
  const app = await startService(create, {
    DATABASE_URL: database.url,
    EVENTS_URL: events.url,
    ...Object.fromEntries(peers.map((peer) => [peer, shop.url])),
    ...settings,
  });
  const send = (
    method: string,
    path: string,
    { body, user = buyer, key = randomUUID() as string | undefined }: Sent = {},
  ) =>
    fetch(`${app.url}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(user && { 'x-user-id': user }),
        ...(key && { 'idempotency-key': key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    url: app.url,
    shop,
    events,
    databaseUrl: database.url,
    stopDatabase,
    place: (body: unknown = example, more: Sent = {}) => send('POST', '/orders', { body, ...more }),
    send,
    async stop() {
      await app.stop();
      await shop.stop();
      await events.stop();
      await stopDatabase();
    },
  };
}

interface Sent {
  readonly body?: unknown;
  /** Empty for nobody. */
  readonly user?: string;
  /** Empty for none. */
  readonly key?: string;
}

/** The body of an answer. Under test the service checks each one against the contract before it leaves. */
export async function bodyOf<T>(answer: Response): Promise<T> {
  return (await answer.json()) as T;
}
