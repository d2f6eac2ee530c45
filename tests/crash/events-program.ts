import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { events } from '../../chassis/src/events/events.ts';
import { ok, run, type Worker } from '../../chassis/src/index.ts';
import { type Database, postgres, sql } from '../../chassis/src/postgres/postgres.ts';
import { service } from '../../chassis/src/service/service.ts';

/**
 * A service to be killed: it makes deeds, each with an event, until there are so many of each key, applies the events of its own, and
 * ends by itself once all have arrived. An effect is a row with the number of the deed, in the order in which it took place.
 */
interface Deeds {
  readonly DONE: { readonly number: number };
}

const KEYS = ['a', 'b', 'c'];
const DEEDS = Number(process.env['DEEDS']);
const folder = pathToFileURL(`${process.env['FOLDER']}/`);
const db = postgres({ migrations: new URL('migrations/', folder) });

let ending = false;

const createService = service({
  contract: new URL('openapi.yaml', folder),
  needs: { db, told: events<Deeds>({ db, contract: new URL('asyncapi.yaml', folder), leaseMs: 1_000 }) },
  handlers: () => ({ ask: () => ok({}) }),
  workers: ({ db: database, told }) => [
    told.consume({
      async DONE({ subject, data }, tx) {
        await tx.execute(sql`INSERT INTO effects (key, number) VALUES (${subject}, ${data.number})`);
      },
    }),
    looping(async () => {
      for (const key of KEYS) {
        await database.transaction(async (tx) => {
          const row = await tx.first<{ number: number }>(sql`
            UPDATE keys SET made = made + 1 WHERE key = ${key} AND made < ${DEEDS} RETURNING made AS number`);
          if (row) await told.publish(tx, { type: 'DONE', key, data: { number: row.number } });
        });
      }
      if (!ending && (await isComplete(database))) {
        ending = true;
        process.kill(process.pid, 'SIGTERM');
      }
    }),
  ],
});

function looping(work: () => Promise<void>): Worker {
  let stopped = false;
  let ended: Promise<void> = Promise.resolve();
  const loop = async () => {
    while (!stopped) {
      await work().catch(() => undefined);
      await sleep(5);
    }
  };
  return {
    start() {
      ended = loop();
    },
    async stop() {
      stopped = true;
      await ended;
    },
  };
}

async function isComplete(database: Database): Promise<boolean> {
  const row = await database.first<{ complete: boolean }>(sql`
    SELECT (SELECT count(DISTINCT (key, number)) FROM effects) >= ${KEYS.length * DEEDS}
      AND NOT EXISTS (SELECT FROM svckit.outbox WHERE published_at IS NULL) AS complete`);
  return row?.complete === true;
}

await run(createService);
