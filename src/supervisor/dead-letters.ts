import pg from 'pg';
import { listDeadLetters, replayDeadLetters } from '../../chassis/src/events/dead-letters.ts';
import type { Queryable } from '../../chassis/src/postgres/database.ts';
import { type Sql, toQuery } from '../../chassis/src/postgres/sql.ts';
import type { FileSystem } from '../runtime/runtime.ts';
import type { DeadLetter, LettersRequest, Replayed, ReplayRequest } from '../target/local/protocol.ts';
import { pickServices, readWorkspace } from '../workspace/read.ts';
import type { DatabaseServer } from './database.ts';
import { databaseByHand, hasEvents } from './environment.ts';

export interface LetterTies {
  readonly root: string;
  readonly fs: FileSystem;
  readonly database: DatabaseServer;
}

/** The most that is shown of one service. */
const MOST = 1_000;

/** The dead letters of these services, of all that have events where none is named; the oldest of each service first. */
export async function deadLetters(ties: LetterTies, wanted: LettersRequest): Promise<readonly DeadLetter[]> {
  const letters = await inEach(ties, wanted, async (service, db) => {
    const found = await listDeadLetters(db, MOST);
    return found.map(({ id, topic, type, key, cause, attempts, deadAt, replaying }): DeadLetter => {
      return { service, id, topic, key, cause, attempts, since: deadAt.toISOString(), replaying, ...(type !== undefined && { type }) };
    });
  });
  return letters.flat();
}

/** Asks these services to handle dead letters again, in order: the one that is named with all of its key, else all. */
export function replay(ties: LetterTies, { id, ...wanted }: ReplayRequest): Promise<readonly Replayed[]> {
  return inEach(ties, wanted, async (service, db) => ({ service, letters: await replayDeadLetters(db, id === undefined ? {} : { id }) }));
}

/** Does the same in the database of each service that has had events. */
async function inEach<T>(
  ties: LetterTies,
  { services, env }: LettersRequest,
  work: (service: string, db: Queryable) => Promise<T>,
): Promise<readonly T[]> {
  const workspace = await readWorkspace(ties.fs, ties.root);
  const workloads = pickServices(workspace, services).flatMap(({ workload }) => (workload && hasEvents(workload) ? [workload] : []));
  const results = await Promise.all(
    workloads.map(async (workload) => {
      const url = databaseByHand(workload.name, env) ?? (await ties.database.database(workload.name));
      return inDatabase(url, (db) => work(workload.name, db));
    }),
  );
  return results.flatMap((result) => (result === undefined ? [] : [result]));
}

/** Undefined where the service has not run yet: it has no letters then. */
async function inDatabase<T>(url: string, work: (db: Queryable) => Promise<T>): Promise<T | undefined> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query("SELECT to_regclass('svckit.dead_letters') IS NOT NULL AS found");
    return rows[0].found ? await work(queryable(client)) : undefined;
  } finally {
    await client.end();
  }
}

function queryable(client: pg.Client): Queryable {
  const ask = (statement: Sql) => client.query(toQuery(statement));
  return {
    query: async <Row>(statement: Sql) => (await ask(statement)).rows as Row[],
    first: async <Row>(statement: Sql) => (await ask(statement)).rows[0] as Row | undefined,
    execute: async (statement) => (await ask(statement)).rowCount ?? 0,
  };
}
