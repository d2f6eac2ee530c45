import type { Queryable, Transaction } from '../postgres/database.ts';
import { sql } from '../postgres/sql.ts';
import { decisionOf, type Plan, type State } from './machine.ts';

/** A saga as it is kept. */
export interface StoredSaga {
  readonly id: string;
  readonly version: string;
  readonly state: State | { readonly is: 'new' };
  readonly data: Readonly<Record<string, unknown>>;
  readonly undoReason: string | undefined;
  readonly traceparent: string | undefined;
  readonly requestId: string | undefined;
  /** The server's time when this was read, in milliseconds since 1970. */
  readonly readAt: number;
}

interface SagaRow {
  readonly id: string;
  readonly version: string;
  readonly state: State | { readonly is: 'new' };
  readonly data: Readonly<Record<string, unknown>>;
  readonly undo_reason: string | null;
  readonly traceparent: string | null;
  readonly request_id: string | null;
  readonly read_at: number;
}

export interface NewSaga {
  readonly name: string;
  readonly id: string;
  readonly data: unknown;
  readonly traceparent: string | undefined;
  readonly requestId: string | undefined;
}

/** Keeps a new saga, due at once. A saga that is there already stays as it is. */
export async function insertSaga(tx: Transaction, { name, id, data, traceparent, requestId }: NewSaga): Promise<void> {
  await tx.execute(sql`
    INSERT INTO svckit.sagas (name, id, state, data, due_at, traceparent, request_id)
    VALUES (${name}, ${id}, '{"is":"new"}', ${JSON.stringify(data)}, now(), ${traceparent}, ${requestId})
    ON CONFLICT (name, id) DO NOTHING`);
}

/** One saga that is due, held until the transaction ends; those that others hold are passed over. */
export async function lockDue(tx: Transaction, name: string): Promise<StoredSaga | undefined> {
  const row = await tx.first<SagaRow>(sql`
    SELECT id, version, state, data, undo_reason, traceparent, request_id, extract(epoch FROM now())::float8 * 1000 AS read_at
    FROM svckit.sagas WHERE name = ${name} AND due_at <= now() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`);
  return row && sagaOf(row);
}

function sagaOf(row: SagaRow): StoredSaga {
  return {
    id: row.id,
    version: row.version,
    state: row.state,
    data: row.data,
    undoReason: row.undo_reason ?? undefined,
    traceparent: row.traceparent ?? undefined,
    requestId: row.request_id ?? undefined,
    readAt: row.read_at,
  };
}

export interface Saved {
  readonly name: string;
  readonly saga: StoredSaga & { readonly state: State };
  readonly plan: Plan;
  /** What the step in hand is called. */
  readonly step: string | undefined;
  readonly error?: string | undefined;
}

/** Somebody else has moved the saga since it was read: what this process was about to keep is void. */
export class MovedOn extends Error {
  override readonly name = 'MovedOn';
}

/**
 * Keeps a saga's next state.
 * @throws MovedOn where somebody else has kept one since this was read
 */
export async function saveSaga(tx: Transaction, { name, saga, plan, step, error }: Saved): Promise<void> {
  const { id, version, state, data } = saga;
  const [due, deadline] = state.is === 'forward' || state.is === 'backward' ? [state.dueAt / 1000, state.deadlineAt / 1000] : [];
  const touched = await tx.execute(sql`
    UPDATE svckit.sagas SET version = version + 1, state = ${JSON.stringify(state)}, data = ${JSON.stringify(data)},
      decision = ${decisionOf(plan, state)}, due_at = to_timestamp(${due}), deadline_at = to_timestamp(${deadline}),
      undo_reason = NULL, last_error = ${error}, step = ${step}
    WHERE name = ${name} AND id = ${id} AND version = ${version}`);
  if (touched !== 1) throw new MovedOn(`The saga ${id} was moved on by another process`);
}

/** How a saga was decided; undefined while it is not. */
export type Decision<Data> =
  | { readonly is: 'confirmed'; readonly data: Data }
  | { readonly is: 'refused'; readonly reason: string; readonly data: Data };

export async function decisionFor<Data>(db: Queryable, name: string, id: string): Promise<Decision<Data> | undefined> {
  const row = await db.first<{ decision: string; state: State; data: Data }>(sql`
    SELECT decision, state, data FROM svckit.sagas WHERE name = ${name} AND id = ${id} AND decision IS NOT NULL`);
  if (!row) return undefined;
  const { decision, state, data } = row;
  return decision === 'confirmed' ? { is: 'confirmed', data } : { is: 'refused', reason: 'reason' in state ? state.reason : '', data };
}

/** A saga, for whoever looks after them. */
export interface SagaView {
  readonly name: string;
  readonly id: string;
  readonly is: 'new' | State['is'];
  /** The index of the step in hand. */
  readonly step: number | undefined;
  readonly stepName: string | undefined;
  readonly attempts: number;
  readonly decision: string | undefined;
  readonly lastError: string | undefined;
  readonly startedAt: Date;
  /** When it is tried next; undefined once it has ended. */
  readonly dueAt: Date | undefined;
  /** Its step should be over by now: it is tried on, but somebody should have a look. */
  readonly stuck: boolean;
}

interface ViewRow {
  readonly name: string;
  readonly id: string;
  readonly state: { readonly is: SagaView['is']; readonly step?: number; readonly attempts?: number };
  readonly decision: string | null;
  readonly step: string | null;
  readonly last_error: string | null;
  readonly started_at: Date;
  readonly due_at: Date | null;
  readonly stuck: boolean;
}

/** Sagas that have not ended, those that have waited longest first; or only those that are stuck. */
export async function listSagas(db: Queryable, { stuck = false, limit = 100 } = {}): Promise<readonly SagaView[]> {
  const rows = await db.query<ViewRow>(sql`
    SELECT name, id, state, decision, step, last_error, started_at, due_at, coalesce(deadline_at < now(), false) AS stuck
    FROM svckit.sagas WHERE due_at IS NOT NULL AND (NOT ${stuck}::boolean OR deadline_at < now()) ORDER BY started_at LIMIT ${limit}`);
  return rows.map((row) => ({
    name: row.name,
    id: row.id,
    is: row.state.is,
    step: row.state.step,
    stepName: row.step ?? undefined,
    attempts: row.state.attempts ?? 0,
    decision: row.decision ?? undefined,
    lastError: row.last_error ?? undefined,
    startedAt: row.started_at,
    dueAt: row.due_at ?? undefined,
    stuck: row.stuck,
  }));
}

/** Which saga is meant. */
export interface SagaName {
  readonly name: string;
  readonly id: string;
}

/**
 * Has a saga tried at once: by the service, within half a second.
 * @returns false where it has ended, or there is none
 */
export async function retrySaga(db: Queryable, { name, id }: SagaName): Promise<boolean> {
  const touched = await db.execute(sql`
    UPDATE svckit.sagas SET due_at = least(due_at, now()),
      state = CASE WHEN state ? 'dueAt' THEN jsonb_set(state, '{dueAt}', '0') ELSE state END
    WHERE name = ${name} AND id = ${id} AND due_at IS NOT NULL`);
  return touched === 1;
}

/**
 * Turns a saga back by hand.
 * @returns false where it is decided already, or there is none
 */
export async function compensateSaga(db: Queryable, { name, id }: SagaName, reason: string): Promise<boolean> {
  const touched = await db.execute(sql`
    UPDATE svckit.sagas SET due_at = now(), undo_reason = ${reason}, version = version + 1
    WHERE name = ${name} AND id = ${id} AND due_at IS NOT NULL AND decision IS NULL`);
  return touched === 1;
}
