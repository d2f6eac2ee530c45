import { startService, testDatabase, testEvents } from '@svckit/chassis/testing';
import { Client } from 'pg';
import { createService } from '../src/service.ts';

/** The service as it runs in production, on a real database and a real log of events. Nothing leaves this machine. */
export async function startApp() {
  const [database, events] = await Promise.all([testDatabase(), testEvents()]);
  const app = await startService(createService, { DATABASE_URL: database.url, EVENTS_URL: events.url });
  const client = new Client({ connectionString: database.url });
  await client.connect();
  return {
    url: app.url,
    /** The part of those who tell it what happened. */
    events,
    /** What it has in its database. */
    rows: async (query: string) => (await client.query(query)).rows,
    async stop() {
      await app.stop();
      await client.end();
      await events.stop();
      await database.stop();
    },
  };
}
