import pg from 'pg';
import type { Queryable } from '../../chassis/src/postgres/database.ts';
import { type Sql, toQuery } from '../../chassis/src/postgres/sql.ts';
import type { FileSystem } from '../runtime/runtime.ts';
import type { DeployRequest } from '../target/local/protocol.ts';
import type { Workload } from '../workload/workload.ts';
import { pickServices, readWorkspace } from '../workspace/read.ts';
import type { DatabaseServer } from './database.ts';
import { databaseByHand } from './environment.ts';

/** Where the services of a workspace keep their books. */
export interface BookTies {
  readonly root: string;
  readonly fs: FileSystem;
  readonly database: DatabaseServer;
}

/** What is looked at: the table that a part of the chassis keeps, and which services may have it. */
export interface Book {
  readonly table: string;
  mayHave(workload: Workload): boolean;
}

/** Does the same in the database of each service that has such a book. */
export async function inEach<T>(
  ties: BookTies,
  { services, env, book }: DeployRequest & { readonly book: Book },
  work: (service: string, db: Queryable) => Promise<T>,
): Promise<readonly T[]> {
  const workspace = await readWorkspace(ties.fs, ties.root);
  const workloads = pickServices(workspace, services).flatMap(({ workload }) => (workload && book.mayHave(workload) ? [workload] : []));
  const results = await Promise.all(
    workloads.map(async (workload) => {
      const url = databaseByHand(workload.name, env) ?? (await ties.database.database(workload.name));
      return inDatabase(url, book.table, (db) => work(workload.name, db));
    }),
  );
  return results.flatMap((result) => (result === undefined ? [] : [result]));
}

/** Undefined where the service has not run yet: it has no such table then. */
async function inDatabase<T>(url: string, name: string, work: (db: Queryable) => Promise<T>): Promise<T | undefined> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT to_regclass($1) IS NOT NULL AS found', [name]);
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
