import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ok, run, type Worker } from '../../chassis/src/index.ts';
import { type Database, postgres, sql } from '../../chassis/src/postgres/postgres.ts';
import { Refused, type SagaDefinition, type StepCall, sagas } from '../../chassis/src/saga/sagas.ts';
import { service } from '../../chassis/src/service/service.ts';

/**
 * A coordinator to be killed: it starts a few sagas, of which every second is refused at its second step, and ends by itself once all
 * have ended. The other services are tables: what they did is a row, what they undid leaves a tombstone.
 */
interface Deal {
  readonly refuse: boolean;
}

const SAGAS = ['s1', 's2', 's3', 's4'];
const folder = pathToFileURL(`${process.env['FOLDER']}/`);
const db = postgres({ migrations: new URL('migrations/', folder) });

const createService = service({
  contract: new URL('openapi.yaml', folder),
  needs: { db, deals: sagas<Deal>({ name: 'deal', db, claimMs: 600 }) },
  handlers: () => ({ ask: () => ok({}) }),
  workers: ({ db: database, deals }) => [
    deals.coordinate(dealing(database)),
    once(async () => {
      for (const [index, id] of SAGAS.entries()) await database.transaction((tx) => deals.start(tx, id, { refuse: index % 2 === 1 }));
      while ((await deals.list()).length > 0) await sleep(20);
      process.kill(process.pid, 'SIGTERM');
    }),
  ],
});

function dealing(database: Database): SagaDefinition<Deal> {
  const act = (step: string) => async (call: StepCall<Deal>) => {
    if (step === 'authorise' && call.data.refuse) throw new Refused('no money');
    const done = await database.first(sql`
      INSERT INTO happened (id, step) SELECT ${call.id}, ${step} WHERE NOT EXISTS (SELECT FROM tombstones WHERE id = ${call.id} AND step = ${step})
      ON CONFLICT (id, step) DO UPDATE SET step = excluded.step RETURNING id`);
    if (!done) throw new Refused('it was undone before');
  };
  const undo =
    (step: string) =>
    async ({ id }: StepCall<Deal>) => {
      await database.execute(sql`INSERT INTO tombstones (id, step) VALUES (${id}, ${step}) ON CONFLICT DO NOTHING`);
      await database.execute(sql`DELETE FROM happened WHERE id = ${id} AND step = ${step}`);
    };
  const decide =
    (outcome: string) =>
    async (tx: Database | { execute: Database['execute'] }, { id }: { readonly id: string }) => {
      await tx.execute(sql`INSERT INTO decisions (id, outcome) VALUES (${id}, ${outcome})`);
    };
  return {
    before: [
      { name: 'reserve', act: act('reserve'), undo: undo('reserve') },
      { name: 'authorise', act: act('authorise'), undo: undo('authorise') },
    ],
    pivot: { name: 'confirm', act: decide('confirmed') },
    after: [{ name: 'capture', act: act('capture') }],
    refused: decide('refused'),
  };
}

function once(work: () => Promise<void>): Worker {
  return {
    start: () => void work().catch(() => undefined),
    stop: async () => undefined,
  };
}

await run(createService);
