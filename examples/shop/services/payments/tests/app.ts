import { randomUUID } from 'node:crypto';
import { fakeUpstream, startService, testDatabase, testEvents, type UpstreamAnswer } from '@svckit/chassis/testing';
import { Client } from 'pg';
import { createService } from '../src/service.ts';

export const unknownId = '018f4d5e-0000-7000-8000-000000000002';

export const example = { userId: '018f4d5e-0000-7000-8000-000000000003', amount: 5000, card: 'card-good' };

/** What the provider is asked, and what it answers to each operation; undefined is an answer that never comes. */
export type Provider = (asked: { readonly kind: string; readonly key: string }) => UpstreamAnswer;

const approving: Provider = () => ({ body: { approved: true } });

/** The service as it runs in production; the database is a real one, the provider is faked. Nothing leaves this machine. */
export async function startApp(provider: Provider = approving) {
  const database = await testDatabase();
  let stopped: Promise<void> | undefined;
  const stopDatabase = () => {
    stopped ??= database.stop();
    return stopped;
  };
  const bank = await fakeUpstream(new Proxy({}, { get: (_routes, route) => routeTo(provider, String(route)) }));
  const events = await testEvents();
  const app = await startService(createService, {
    DATABASE_URL: database.url,
    EVENTS_URL: events.url,
    BANK_URL: bank.url,
    SETTLE_EVERY_MS: '50',
  });
  const send = (method: string, path: string, body?: unknown) =>
    fetch(`${app.url}${path}`, {
      method,
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  return {
    url: app.url,
    bank,
    stopDatabase,
    create: (body: unknown) => send('PUT', `/payments/${randomUUID()}`, body),
    send,
    events,
    deadLetters: () => deadLettersIn(database.url),
    async stop() {
      await app.stop();
      await events.stop();
      await bank.stop();
      await stopDatabase();
    },
  };
}

function routeTo(provider: Provider, route: string) {
  return ({ body }: { readonly body: unknown }) =>
    provider({ kind: (body as { kind: string }).kind, key: route.slice(route.lastIndexOf('/') + 1) });
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
