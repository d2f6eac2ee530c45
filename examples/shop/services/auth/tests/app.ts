import { randomUUID } from 'node:crypto';
import { startService, testDatabase } from '@svckit/chassis/testing';
import { createService } from '../src/service.ts';

export const unknownId = '018f4d5e-0000-7000-8000-000000000002';

/** Each one with a mail address of its own. */
export const example = {
  get email() {
    return `${randomUUID()}@example.com`;
  },
  password: 'correct horse',
};

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
    PASSWORD_COST: '10',
    LOOK_EVERY_MS: '50',
  });
  const send = (
    method: string,
    path: string,
    { body, user }: { readonly body?: unknown; readonly user?: string } = {},
  ) =>
    fetch(`${app.url}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(user !== undefined && { 'x-user-id': user }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    url: app.url,
    databaseUrl: database.url,
    stopDatabase,
    create: (body: unknown) => send('POST', '/accounts', { body }),
    send,
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
