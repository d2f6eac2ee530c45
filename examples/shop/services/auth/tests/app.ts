import { startService, testDatabase } from '@svckit/chassis/testing';
import { createService } from '../src/service.ts';

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
  const app = await startService(createService, {
    DATABASE_URL: database.url,
  });
  const items = `${app.url}/auth`;
  return {
    url: app.url,
    stopDatabase,
    list: (query: string) => fetch(`${items}?${query}`),
    get: (id: string) => fetch(`${items}/${id}`),
    create: (body: unknown) =>
      fetch(items, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    async stop() {
      await app.stop();
      await stopDatabase();
    },
  };
}

/** The body of an answer. Under test the service checks each one against the contract before it leaves. */
export async function bodyOf<T>(answer: Response): Promise<T> {
  return (await answer.json()) as T;
}
