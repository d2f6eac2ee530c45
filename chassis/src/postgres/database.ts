import { type Attributes, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { type CrashPoint, crashPoint } from '../crash-point.ts';
import { timeLeft } from '../exchange.ts';
import { isQuiet } from '../telemetry/quiet.ts';
import { codeOf, isUnreachable, translated } from './errors.ts';
import { type Sql, toQuery } from './sql.ts';

export interface Queryable {
  /** All rows. */
  query<Row>(statement: Sql): Promise<Row[]>;
  /** The first row; undefined where there is none. */
  first<Row>(statement: Sql): Promise<Row | undefined>;
  /** How many rows the statement touched. */
  execute(statement: Sql): Promise<number>;
}

/** The connection of one transaction. */
export type Transaction = Queryable;

export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
}

/** Every statement throws DatabaseError where the database is gone or too slow, and the driver's error where SQL fails. */
export interface Database extends Queryable {
  /** Commits what `work` did, or nothing where it throws. Statements must go through the given transaction. */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
}

export interface DatabaseParts {
  readonly pool: Pool;
  readonly tracer: Tracer;
  /** Attributes of every query's span. */
  readonly attributes: Attributes;
}

/** The longest that a statement may run where no deadline is nearer. */
export const STATEMENT_TIMEOUT_MS = 10_000;
/** A connection's timeout changes only from one of these to another: most statements need no round trip for it. */
const TIMEOUT_STEPS_MS = [100, 250, 500, 1_000, 2_000, 5_000, STATEMENT_TIMEOUT_MS];

/** A database over a pool of connections. */
export function createDatabase(parts: DatabaseParts): Database {
  const timeouts = new WeakMap<PoolClient, number>();
  const borrow = () => borrowed(parts.pool, timeouts);
  return {
    ...queryable((statement) => withClient(borrow, (client) => traced(parts, client, statement))),
    transaction: (work, options) => withClient(borrow, (client) => transact(parts, { client, options }, work)),
  };
}

function queryable(run: (statement: Sql) => Promise<QueryResult>): Queryable {
  return {
    query: async <Row>(statement: Sql) => (await run(statement)).rows as Row[],
    first: async <Row>(statement: Sql) => (await run(statement)).rows[0] as Row | undefined,
    execute: async (statement) => (await run(statement)).rowCount ?? 0,
  };
}

/** A connection whose statements end when the current request does. */
async function borrowed(pool: Pool, timeouts: WeakMap<PoolClient, number>): Promise<PoolClient> {
  const left = timeLeft(STATEMENT_TIMEOUT_MS);
  const timeout = TIMEOUT_STEPS_MS.find((step) => step >= left) ?? STATEMENT_TIMEOUT_MS;
  const client = await pool.connect();
  if ((timeouts.get(client) ?? STATEMENT_TIMEOUT_MS) === timeout) return client;
  try {
    await client.query(`SET statement_timeout = ${timeout}`);
  } catch (error) {
    client.release(true);
    throw error;
  }
  timeouts.set(client, timeout);
  return client;
}

/** Lends a connection. One that broke is thrown away. */
async function withClient<T>(borrow: () => Promise<PoolClient>, work: (client: PoolClient) => Promise<T>): Promise<T> {
  let client: PoolClient | undefined;
  let broken = false;
  try {
    client = await borrow();
    return await work(client);
  } catch (error) {
    broken = isUnreachable(error);
    throw translated(error);
  } finally {
    client?.release(broken);
  }
}

interface TransactionAt {
  readonly client: PoolClient;
  readonly options: TransactionOptions | undefined;
}

async function transact<T>(parts: DatabaseParts, { client, options }: TransactionAt, work: (tx: Transaction) => Promise<T>): Promise<T> {
  await client.query(`BEGIN ISOLATION LEVEL ${options?.isolation ?? 'read committed'}`);
  const tx: Transaction = queryable((statement) => traced(parts, client, statement));
  const hooks: (() => void)[] = [];
  committed.set(tx, hooks);
  let result: T;
  try {
    result = await work(tx);
    reach('transaction:before-commit');
    await client.query('COMMIT');
    reach('transaction:after-commit');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined); // a lost connection has rolled back by itself
    throw error;
  }
  for (const hook of hooks) hook();
  return result;
}

/** Loops that only look for something to do pass here all the time: they have points of their own where they do it. */
function reach(point: CrashPoint): void {
  if (!isQuiet()) crashPoint(point);
}

const committed = new WeakMap<Transaction, (() => void)[]>();

/** Has something done once a transaction is committed; nothing where it is not. It must not throw. */
export function afterCommit(tx: Transaction, hook: () => void): void {
  committed.get(tx)?.push(hook);
}

/** Runs a statement in a span of its own. The span holds the text with its placeholders, never the values. */
async function traced({ tracer, attributes }: DatabaseParts, client: PoolClient, statement: Sql): Promise<QueryResult> {
  const query = toQuery(statement);
  if (isQuiet()) return client.query(query);
  const operation = /^\s*(\w+)/.exec(query.text)?.[1]?.toUpperCase() ?? 'QUERY';
  const span = tracer.startSpan(operation, {
    kind: SpanKind.CLIENT,
    attributes: { ...attributes, 'db.operation.name': operation, 'db.query.text': query.text },
  });
  try {
    return await client.query(query);
  } catch (error) {
    const code = codeOf(error);
    span.setAttributes({ 'error.type': code ?? (error as Error).name, ...(code && { 'db.response.status_code': code }) });
    span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
    throw error;
  } finally {
    span.end();
  }
}
