import { randomUUID } from 'node:crypto';
import { startService, testDatabase } from '@svckit/chassis/testing';
import { createService } from '../src/service.ts';

export const unknownId = '018f4d5e-0000-7000-8000-000000000002';

/** Each one with a mail address of its own. */
export const example = {
  name: 'Ada',
  get email() {
    return `${randomUUID()}@example.com`;
  },
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
  });
  const send = (method: string, path: string, body?: unknown, caller?: string) =>
    fetch(`${app.url}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(caller !== undefined && { 'x-user-id': caller }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    url: app.url,
    stopDatabase,
    create: (body: unknown) => send('POST', '/users', body),
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
