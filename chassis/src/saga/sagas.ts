import { context, trace } from '@opentelemetry/api';
import { integer } from '../config/fields.ts';
import { createBell } from '../events/bell.ts';
import { exchangeOf } from '../exchange.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { afterCommit, type Database, type Transaction } from '../postgres/database.ts';
import { bringUp } from '../postgres/schema-part.ts';
import { sql } from '../postgres/sql.ts';
import type { Need } from '../service/need.ts';
import type { Worker } from '../service/worker.ts';
import { quietly } from '../telemetry/quiet.ts';
import { traceHeaders } from '../telemetry/traceparent.ts';
import { createWaiting } from '../waiting.ts';
import { createCoordinator, type SagaData } from './coordinator.ts';
import type { SagaDefinition } from './definition.ts';
import { SAGAS_SCHEMA } from './schema.ts';
import { compensateSaga, type Decision, decisionFor, insertSaga, listSagas, retrySaga, type SagaView } from './store.ts';

export { Refused, type SagaAt, type SagaDefinition, type SagaStep, type StepCall, type UndoableStep } from './definition.ts';
export { compensateSaga, type Decision, listSagas, retrySaga, type SagaView } from './store.ts';

export interface SagasOptions {
  /** What sagas of this kind are called. */
  readonly name: string;
  /** The service's own database, which keeps them. Name it among the needs too. */
  readonly db: Need<Database>;
  /** How long a process that died keeps others from its sagas, in milliseconds, where `SAGA_CLAIM_MS` does not say; an attempt gets half. Default 20,000. */
  readonly claimMs?: number;
  /** How many are moved on at once; default 8. */
  readonly concurrency?: number;
}

/** Sagas of one kind. */
export interface Sagas<Data extends object> {
  /** Starts a saga with the transaction. A saga with this id that is there already stays as it is. */
  start(tx: Transaction, id: string, data: Data): Promise<void>;
  /** How a saga was decided; undefined where that takes longer than so many milliseconds. */
  decided(id: string, withinMs: number): Promise<Decision<Data> | undefined>;
  /** Moves sagas on. */
  coordinate(definition: SagaDefinition<Data>): Worker;
  list(options?: { readonly stuck?: boolean; readonly limit?: number }): Promise<readonly SagaView[]>;
  /** Has one tried at once. False where it has ended. */
  retry(id: string): Promise<boolean>;
  /** Turns one back by hand. False where it is decided already. */
  compensate(id: string, reason: string): Promise<boolean>;
}

/** The need of a coordinator for sagas of one kind. */
export function sagas<Data extends object>(options: SagasOptions): Need<Sagas<Data>, ReturnType<typeof fieldsOf>> {
  const { name, concurrency = 8 } = options;
  return {
    fields: fieldsOf(options),
    async start({ config: { claimMs }, use, metrics, tracer, log: logger }) {
      const db = await use(options.db);
      await bringUp(db, SAGAS_SCHEMA);
      countStuck(metrics, db);
      const bell = createBell();
      const waiting = createWaiting();
      const value: Sagas<Data> = {
        async start(tx, id, data) {
          const span = trace.getSpanContext(context.active());
          const traceparent = span && traceHeaders(span)['traceparent'];
          await insertSaga(tx, { name, id, data, traceparent, requestId: exchangeOf()?.requestId });
          afterCommit(tx, bell.ring);
        },
        decided: (id, withinMs) => waiting.until(id, withinMs, () => quietly(() => decisionFor<Data>(db, name, id))),
        coordinate: (definition) =>
          createCoordinator({
            db,
            name,
            definition: definition as unknown as SagaDefinition<SagaData>,
            tracer,
            logger,
            bell,
            claimMs,
            concurrency,
            decided: waiting.ring,
          }),
        list: async (which) => (await listSagas(db, which)).filter((saga) => saga.name === name),
        retry: (id) => retrySaga(db, { name, id }).finally(bell.ring),
        compensate: (id, reason) => compensateSaga(db, { name, id }, reason).finally(bell.ring),
      };
      return { value };
    },
  };
}

const counted = new WeakSet<Metrics>();

/** All kinds of sagas of a service stand in one table, and are counted once. */
function countStuck(metrics: Metrics, db: Database): void {
  if (counted.has(metrics)) return;
  counted.add(metrics);
  metrics.gauge({
    name: 'sagas',
    help: 'Sagas that have not ended, and those of them whose step should be over by now',
    labels: ['name', 'state'],
    async collect(gauge) {
      const rows = await quietly(() => countAll(db)).catch(() => undefined);
      if (!rows) return;
      gauge.reset();
      for (const { name, open, stuck } of rows) {
        gauge.set({ name, state: 'open' }, open);
        gauge.set({ name, state: 'stuck' }, stuck);
      }
    },
  });
}

function countAll(db: Database): Promise<readonly { name: string; open: number; stuck: number }[]> {
  return db.query(sql`
    SELECT name, count(*)::integer AS open, (count(*) FILTER (WHERE deadline_at < now()))::integer AS stuck
    FROM svckit.sagas WHERE due_at IS NOT NULL GROUP BY name`);
}
function fieldsOf({ claimMs = 20_000 }: SagasOptions) {
  return { claimMs: integer('SAGA_CLAIM_MS', { default: claimMs, min: 100 }) };
}
