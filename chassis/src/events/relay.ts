import { crashPoint } from '../crash-point.ts';
import type { Logger } from '../logs/logs.ts';
import type { Database, Transaction } from '../postgres/database.ts';
import { sql } from '../postgres/sql.ts';
import type { Worker } from '../service/worker.ts';
import { quietly } from '../telemetry/quiet.ts';
import type { Bell } from './bell.ts';
import type { EventLog } from './event-log.ts';
import { clearOut } from './housekeeping.ts';

export interface RelayParts {
  readonly db: Database;
  readonly log: EventLog;
  readonly logger: Logger;
  /** Rung when this process has committed something to publish. */
  readonly bell: Bell;
  published(topic: string, count: number): void;
}

interface OutboxRow {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly value: string;
}

const BATCH = 500;
/** What another process committed, and died before it published, is found within this time. */
const LOOK_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const CLEAR_OUT_MS = 600_000;
/** Of all relays of a database one works at a time, so that the events of a key stay in order. */
const RELAY_LOCK = '3310975602218459027';
/** A relay that stopped dead within its transaction gives up its lock after this time. */
const LONGEST_SILENCE_MS = '30000';

/** Brings events from the outbox to the log: each at least once. */
export function createRelay(parts: RelayParts): Worker {
  let stopped = false;
  let working: Promise<void> = Promise.resolve();
  const work = async () => {
    let pause = LOOK_MS;
    for (let clearAt = performance.now() + CLEAR_OUT_MS; !stopped; ) {
      const sent = await publishSome(parts).catch((error) => {
        parts.logger.warn({ error }, 'events could not be published yet');
        return undefined;
      });
      pause = sent === undefined ? Math.min(pause * 2, LONGEST_PAUSE_MS) : LOOK_MS;
      if (performance.now() > clearAt) {
        await clearOut(parts.db).catch((error) => parts.logger.warn({ error }, 'published events could not be cleared out'));
        clearAt = performance.now() + CLEAR_OUT_MS;
      }
      if (!stopped && sent !== BATCH) await parts.bell.wait(pause);
    }
    await publishSome(parts).catch(() => undefined); // what is left over is published by the next to start
  };
  return {
    start() {
      working = quietly(work);
    },
    async stop() {
      stopped = true;
      parts.bell.ring();
      await working;
    },
  };
}

/** One batch, in the order of the outbox. Marked only once the log has taken it. Returns how many were published. */
async function publishSome({ db, log, published }: RelayParts): Promise<number> {
  const rows = await db.transaction(async (tx) => {
    const taken = await takeSome(tx);
    if (taken.length === 0) return taken;
    crashPoint('relay:before-send');
    await log.append(taken);
    crashPoint('relay:after-send');
    await tx.execute(sql`UPDATE svckit.outbox SET published_at = now() WHERE id = ANY (${taken.map(({ id }) => id)}::bigint[])`);
    return taken;
  });
  if (rows.length > 0) crashPoint('relay:after-mark');
  for (const topic of new Set(rows.map((row) => row.topic))) published(topic, rows.filter((row) => row.topic === topic).length);
  return rows.length;
}

async function takeSome(tx: Transaction): Promise<readonly OutboxRow[]> {
  const lock = await tx.first<{ mine: boolean }>(sql`
    SELECT pg_try_advisory_xact_lock(${RELAY_LOCK}) AS mine, set_config('idle_in_transaction_session_timeout', ${LONGEST_SILENCE_MS}, true)`);
  if (!lock?.mine) return [];
  return tx.query<OutboxRow>(sql`
    SELECT id, topic, key, value FROM svckit.outbox WHERE published_at IS NULL ORDER BY id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`);
}
