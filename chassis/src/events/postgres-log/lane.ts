import { setTimeout as sleep } from 'node:timers/promises';
import { crashPoint } from '../../crash-point.ts';
import type { Database } from '../../postgres/database.ts';
import { sql } from '../../postgres/sql.ts';
import { createBell } from '../bell.ts';
import type { Consumption, LogRecord } from '../event-log.ts';
import { acknowledge, giveUp, type Held } from './leases.ts';

/** The work on one partition that this member holds. */
export interface Lane extends Held {
  /** The offset of the record that comes next. */
  readonly position: bigint;
  /** Something was appended. */
  ring(): void;
  /** Finishes the record in hand, acknowledges it, and lets others have the partition. */
  release(): Promise<void>;
  /** The partition belongs to somebody else: what is in hand will not be acknowledged. */
  lose(): void;
}

const BATCH = 200;
const IDLE_MS = 30_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Starts to handle the records of a partition, one after the other, from the first that is not acknowledged. */
export function startLane(db: Database, held: Held, consumption: Consumption): Lane {
  const bell = createBell();
  const over = new AbortController();
  let position = held.lease.next;
  let state: 'working' | 'releasing' | 'lost' = 'working';
  const lose = () => {
    state = 'lost';
    over.abort();
    bell.ring();
  };

  const handleAll = async (records: readonly LogRecord[]) => {
    for (const record of records) {
      if (state !== 'working') return;
      await consumption.handle(record, over.signal);
      position = record.offset + 1n;
    }
  };
  const acknowledgeAll = async (from: bigint) => {
    if (position === from || state === 'lost') return;
    crashPoint('log:before-acknowledge');
    if (!(await acknowledge(db, held, position))) lose();
    crashPoint('log:after-acknowledge');
  };
  const round = async () => {
    const from = position;
    const records = await read(db, held, from);
    if (records.length === 0) return bell.wait(IDLE_MS);
    await handleAll(records).finally(() => acknowledgeAll(from));
  };
  const work = async () => {
    let pause = FIRST_PAUSE_MS;
    while (state === 'working') {
      try {
        await round();
        pause = FIRST_PAUSE_MS;
      } catch (error) {
        if (state !== 'working') break;
        consumption.onError(error);
        await sleep(pause, undefined, { signal: over.signal }).catch(() => undefined);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
    if (state === 'releasing') await giveUp(db, held);
  };
  const finished = work().catch((error) => consumption.onError(error)); // an expired lease frees the partition as well
  return {
    ...held,
    get position() {
      return position;
    },
    ring: () => bell.ring(),
    release() {
      if (state === 'working') {
        state = 'releasing';
        over.abort();
        bell.ring();
      }
      return finished;
    },
    lose,
  };
}

interface RecordRow {
  readonly offset: string;
  readonly key: string;
  readonly value: string;
}

async function read(db: Database, { lease: { topic, partition } }: Held, from: bigint): Promise<readonly LogRecord[]> {
  const rows = await db.query<RecordRow>(sql`
    SELECT "offset", key, value FROM event_log.records
    WHERE topic = ${topic} AND partition = ${partition} AND "offset" >= ${from} ORDER BY "offset" LIMIT ${BATCH}`);
  return rows.map(({ offset, key, value }) => ({ topic, partition, offset: BigInt(offset), key, value }));
}
