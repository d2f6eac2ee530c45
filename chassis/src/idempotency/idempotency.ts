import { createHash } from 'node:crypto';
import type { RequestContext } from '../http/handlers.ts';
import { Problem } from '../http/problem.ts';
import type { Database, Queryable, Transaction } from '../postgres/database.ts';
import { bringUp, type SchemaPart } from '../postgres/schema-part.ts';
import { sql } from '../postgres/sql.ts';
import type { Need } from '../service/need.ts';

/** The header by the name of draft-ietf-httpapi-idempotency-key-header. Declare it in the contract, `required: true`. */
const HEADER = 'Idempotency-Key';

export interface IdempotencyOptions {
  /** The service's own database, which remembers the keys. Name it among the needs too. */
  readonly db: Need<Database>;
  /** How long a key is remembered, in hours; default 24. */
  readonly hours?: number;
}

/** The part of a request that is asked: who asks for what, under which key. */
export interface KeyedRequest extends RequestContext {
  readonly params?: object;
  readonly query?: object;
  readonly headers?: object;
  readonly body?: unknown;
}

export interface OnceOptions<Prepared = undefined> {
  /** Whose keys they are, a user's id for instance: callers who choose the same key do not meet. */
  readonly caller?: string;
  /**
   * What is asked of others before the work: only where the key is new, and with no transaction open. What it rejects with is the
   * outcome of the request, and leaves nothing.
   */
  prepare?(): Promise<Prepared>;
}

/**
 * Does work once for each key: what it does with its transaction, the key, and what it resolves with are committed together, and a
 * request that comes again gets the same result. The result is kept as JSON; an answer is one. Work that throws leaves nothing.
 * While a request is under way, another one with its key waits for it.
 * @throws Problem 422 where the key was used for another request
 */
export type Once = <T, Prepared = undefined>(
  request: KeyedRequest,
  work: (tx: Transaction, prepared: Prepared) => Promise<T>,
  options?: OnceOptions<Prepared>,
) => Promise<T>;

const SCHEMA: SchemaPart = {
  name: 'idempotency',
  steps: [
    `CREATE TABLE svckit.idempotency_keys (
  operation text NOT NULL,
  caller text NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  result text,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (operation, caller, key)
);
CREATE INDEX idempotency_keys_expiry ON svckit.idempotency_keys (expires_at);`,
  ],
};

/** The need of work that is done once, however often it is asked for. */
export function idempotency({ db, hours = 24 }: IdempotencyOptions): Need<Once, Readonly<Record<never, never>>> {
  return {
    fields: {},
    async start({ use }) {
      const database = await use(db);
      await bringUp(database, SCHEMA);
      return {
        async value(request, work, options = {}) {
          const key = (request.headers as Readonly<Record<string, unknown>> | undefined)?.[HEADER];
          const asked =
            typeof key === 'string'
              ? { operation: request.operation, caller: options.caller ?? '', key, fingerprint: fingerprintOf(request), hours }
              : undefined;
          const known = asked && options.prepare && (await resultOf(database, asked));
          if (known) return answerOf(known, asked);
          const prepared = (await options.prepare?.()) as never;
          return database.transaction((tx) => (asked ? once(tx, asked, () => work(tx, prepared)) : work(tx, prepared)));
        },
      };
    },
  };
}

interface Asked {
  readonly operation: string;
  readonly caller: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly hours: number;
}

async function once<T>(tx: Transaction, asked: Asked, work: () => Promise<T>): Promise<T> {
  if (await claimKey(tx, asked)) {
    const result = await work();
    await keepResult(tx, asked, result);
    return result;
  }
  return answerOf(await resultOf(tx, asked), asked);
}

interface Known {
  readonly fingerprint: string;
  readonly result: string | null;
}

function answerOf<T>(known: Known | undefined, { fingerprint }: Asked): T {
  if (known?.fingerprint !== fingerprint) {
    throw new Problem({ status: 422, detail: `The ${HEADER} was used for another request` });
  }
  return known.result === null ? (undefined as T) : (JSON.parse(known.result) as T);
}

/**
 * True where the key is new or has expired. Where another request holds it, this waits for what becomes of that: statements end with
 * the deadline of the request.
 */
async function claimKey(tx: Transaction, { operation, caller, key, fingerprint, hours }: Asked): Promise<boolean> {
  const claimed = await tx.execute(sql`
    INSERT INTO svckit.idempotency_keys AS k (operation, caller, key, fingerprint, expires_at)
    VALUES (${operation}, ${caller}, ${key}, ${fingerprint}, now() + ${hours} * interval '1 hour')
    ON CONFLICT (operation, caller, key) DO UPDATE SET fingerprint = excluded.fingerprint, result = NULL, expires_at = excluded.expires_at
    WHERE k.expires_at < now()`);
  return claimed === 1;
}

/** Each new key takes a few old ones away, so that nobody needs to look after them. */
async function keepResult(tx: Transaction, { operation, caller, key }: Asked, result: unknown): Promise<void> {
  await tx.execute(sql`
    WITH expired AS (
      DELETE FROM svckit.idempotency_keys WHERE ctid IN (
        SELECT ctid FROM svckit.idempotency_keys WHERE expires_at < now() LIMIT 10 FOR UPDATE SKIP LOCKED))
    UPDATE svckit.idempotency_keys SET result = ${result === undefined ? undefined : JSON.stringify(result)}
    WHERE operation = ${operation} AND caller = ${caller} AND key = ${key}`);
}

function resultOf(db: Queryable, { operation, caller, key }: Asked): Promise<Known | undefined> {
  return db.first(sql`
    SELECT fingerprint, result FROM svckit.idempotency_keys
    WHERE operation = ${operation} AND caller = ${caller} AND key = ${key} AND expires_at >= now()`);
}

/** The same for two requests that ask for the same, whatever the order of their members. */
function fingerprintOf({ params, query, body }: KeyedRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([params, query, body].map(sorted)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
