import { randomUUID } from 'node:crypto';
import { startService, testDatabase, testEvents } from '@svckit/chassis/testing';
import { Client } from 'pg';
import { createService } from '../src/service.ts';

export const unknownId = '018f4d5e-0000-7000-8000-000000000002';

export const example = { userId: '018f4d5e-0000-7000-8000-000000000003', total: 5000 };

/** The service as it runs in production; a database is a real one, other services are faked. Nothing leaves this machine. */
export async function startApp(settings: Record<string, string> = {}) {
  const database = await testDatabase();
  let stopped: Promise<void> | undefined;
  const stopDatabase = () => {
    stopped ??= database.stop();
    return stopped;
  };
  const events = await testEvents();
  const app = await startService(createService, {
    DATABASE_URL: database.url,
    EVENTS_URL: events.url,
    ...settings,
  });
  const send = (method: string, path: string, body?: unknown) =>
    fetch(`${app.url}${path}`, {
      method,
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  return {
    url: app.url,
    stopDatabase,
    create: (body: unknown) => send('PUT', `/holds/${randomUUID()}`, body),
    send,
    events,
    deadLetters: () => deadLettersIn(database.url),
    async stop() {
      await app.stop();
      await events.stop();
      await stopDatabase();
    },
  };
}

/** The events that could not be handled, with their causes. */
async function deadLettersIn(url: string): Promise<readonly { readonly type: string; readonly cause: string }[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query('SELECT type, cause FROM svckit.dead_letters WHERE attempts > 0 ORDER BY id');
  await client.end();
  return rows;
}

/** The body of an answer. Under test the service checks each one against the contract before it leaves. */
export async function bodyOf<T>(answer: Response): Promise<T> {
  return (await answer.json()) as T;
}
