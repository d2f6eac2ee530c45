import { fakeUpstream, startService, testDatabase, testEvents } from '@svckit/chassis/testing';
import { createService } from '../src/service.ts';

/** What every peer knows; it knows no other id. */
export const knownId = '018f4d5e-0000-7000-8000-000000000001';
export const unknownId = '018f4d5e-0000-7000-8000-000000000002';

export const example = { name: 'a teapot' };

/** The service as it runs in production; a database is a real one, other services are faked. Nothing leaves this machine. */
export async function startApp() {
  const database = await testDatabase();
  let stopped: Promise<void> | undefined;
  const stopDatabase = () => {
    stopped ??= database.stop();
    return stopped;
  };
  const events = await testEvents();
  const peers = await fakeUpstream({
    [`GET /products/${knownId}`]: { status: 200, body: {} },
  });
  const app = await startService(createService, {
    DATABASE_URL: database.url,
    EVENTS_URL: events.url,
    PRODUCTS_URL: peers.url,
  });
  const items = `${app.url}/carts`;
  return {
    url: app.url,
    stopDatabase,
    events,
    list: (query: string) => fetch(`${items}?${query}`),
    get: (id: string) => fetch(`${items}/${id}`),
    create: (body: unknown) =>
      fetch(items, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    async stop() {
      await app.stop();
      await peers.stop();
      await events.stop();
      await stopDatabase();
    },
  };
}

/** The body of an answer. Under test the service checks each one against the contract before it leaves. */
export async function bodyOf<T>(answer: Response): Promise<T> {
  return (await answer.json()) as T;
}
