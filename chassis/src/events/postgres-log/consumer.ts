import { randomUUID } from 'node:crypto';
import type { Database } from '../../postgres/database.ts';
import { sql } from '../../postgres/sql.ts';
import { createBell } from '../bell.ts';
import type { Consumer, Consumption } from '../event-log.ts';
import { APPENDED } from './append.ts';
import { type Lane, startLane } from './lane.ts';
import { keep, type Lease, leave, type Member, prolong, REGROUPED, type Share } from './leases.ts';
import type { Listener } from './listener.ts';

export interface ConsumerParts {
  readonly db: Database;
  readonly listener: Listener;
  /** How long a member that died keeps its partitions. */
  readonly leaseMs: number;
}

/** A member is heard of so many times within a lease. */
const BEATS = 4;
/** How often a member looks for records by itself: what it was told of may have been missed. */
const LOOK_MS = 1_000;

/** Joins a group and works on its share of the partitions. */
export function startConsumer(parts: ConsumerParts, consumption: Consumption): Consumer {
  const member: Member = { id: randomUUID(), group: consumption.group, topics: consumption.topics, leaseMs: parts.leaseMs };
  const lanes = new Map<string, Lane>();
  const beat = createBell();
  const deafen = hear(parts.listener, { group: consumption.group, lanes, beat });
  let expiry: NodeJS.Timeout | undefined;
  let state: 'joined' | 'leaving' | 'left' = 'joined';

  const expire = () => dropOthers(lanes, []);
  const settle = ({ held, surplus }: Share) => {
    dropOthers(lanes, held);
    for (const lease of held) {
      if (!lanes.has(keyOf(lease))) lanes.set(keyOf(lease), startLane(parts.db, { member, lease }, consumption));
    }
    for (const lease of surplus) void lanes.get(keyOf(lease))?.release();
  };
  const heartbeat = async () => {
    const sentAt = performance.now();
    const share = state === 'joined' ? await keep(parts.db, member) : undefined;
    if (!share) await prolong(parts.db, member);
    clearTimeout(expiry);
    expiry = setTimeout(expire, parts.leaseMs - (performance.now() - sentAt));
    if (share && state === 'joined') settle(share);
  };
  const waitForBeat = async () => {
    const until = performance.now() + parts.leaseMs / BEATS;
    for (let left = until - performance.now(); left > 0; left = until - performance.now()) {
      if (await beat.wait(Math.min(LOOK_MS, left))) return;
      if (lanes.size > 0) await look(parts.db, lanes).catch(consumption.onError);
    }
  };
  const live = async () => {
    while (state !== 'left') {
      await heartbeat().catch(consumption.onError);
      await waitForBeat();
    }
  };
  const living = live();
  return {
    async stop() {
      state = 'leaving';
      await Promise.all([...lanes.values()].map((lane) => lane.release()));
      state = 'left';
      beat.ring();
      await living;
      clearTimeout(expiry);
      await Promise.all([...lanes.values()].map((lane) => lane.release()));
      deafen();
      await leave(parts.db, member).catch(consumption.onError);
    },
  };
}

function keyOf({ topic, partition, epoch }: Lease): string {
  return `${topic}/${partition}/${epoch}`;
}

/** Another epoch of the same partition is another lease. */
function dropOthers(lanes: Map<string, Lane>, held: readonly Lease[]): void {
  const kept = new Set(held.map(keyOf));
  for (const [key, lane] of lanes) {
    if (kept.has(key)) continue;
    lane.lose();
    lanes.delete(key);
  }
}

interface Hearing {
  readonly group: string;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly beat: { ring(): void };
}

function hear(listener: Listener, { group, lanes, beat }: Hearing): () => void {
  const deaf = [
    listener.on(REGROUPED, (regrouped) => {
      if (regrouped === group) beat.ring();
    }),
    listener.on(APPENDED, (message) => {
      const space = message.lastIndexOf(' ');
      const partitions = new Set(
        message
          .slice(space + 1)
          .split(',')
          .map(Number),
      );
      for (const { lease, ring } of lanes.values()) if (lease.topic === message.slice(0, space) && partitions.has(lease.partition)) ring();
    }),
  ];
  return () =>
    deaf.forEach((stop) => {
      stop();
    });
}

/** Wakes the lanes that have something to do. */
async function look(db: Database, lanes: ReadonlyMap<string, Lane>): Promise<void> {
  const topics = [...new Set([...lanes.values()].map(({ lease }) => lease.topic))];
  const heads = await db.query<{ topic: string; partition: number; next: string }>(
    sql`SELECT topic, partition, next_offset AS next FROM event_log.partitions WHERE topic = ANY (${topics})`,
  );
  for (const lane of lanes.values()) {
    const head = heads.find(({ topic, partition }) => topic === lane.lease.topic && partition === lane.lease.partition);
    if (head && BigInt(head.next) > lane.position) lane.ring();
  }
}
