import type { Database, Queryable, Transaction } from '../../postgres/database.ts';
import { sql } from '../../postgres/sql.ts';
import { PARTITIONS } from './partition.ts';

/** Where the members of a group listen for a change among them; the message is the group. */
export const REGROUPED = 'event_log_regrouped';

/** A member of a group of consumers. */
export interface Member {
  readonly id: string;
  readonly group: string;
  readonly topics: readonly string[];
  /** A member that is not heard of for so long has lost its partitions. */
  readonly leaseMs: number;
}

/** A partition that a member holds. */
export interface Lease {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: string;
  /** The offset of the first record that is not acknowledged. */
  readonly next: bigint;
}

interface LeaseRow {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: string;
  readonly next: string;
}

/** What a member holds after it was heard of, and what it should give to others. */
export interface Share {
  readonly held: readonly Lease[];
  readonly surplus: readonly Lease[];
}

/**
 * Tells that a member lives: prolongs what it holds, takes what is free up to its share, and says what it holds too much of. All
 * times are the server's, so that the clocks of members do not matter.
 */
export async function keep(db: Database, member: Member): Promise<Share> {
  return db.transaction(async (tx) => {
    const shares = await sharesOf(tx, member);
    const mine = await prolong(tx, member);
    const held = [...mine];
    for (const topic of member.topics) held.push(...(await take(tx, member, { topic, count: missing(topic, shares, mine) })));
    return { held, surplus: member.topics.flatMap((topic) => surplusOf(topic, shares, held)) };
  });
}

/** How many partitions of each topic one member may hold: the same for all, rounded up. */
async function sharesOf(tx: Transaction, { id, group, topics, leaseMs }: Member): Promise<ReadonlyMap<string, number>> {
  const [joined] = await tx.query<{ is_new: boolean }>(sql`
    INSERT INTO event_log.members ("group", member, topics, expires_at) VALUES (${group}, ${id}, ${topics}, now() + ${leaseMs} * interval '1 ms')
    ON CONFLICT ("group", member) DO UPDATE SET expires_at = excluded.expires_at
    RETURNING xmax = 0 AS is_new`);
  if (joined?.is_new) await makeLeases(tx, group, topics);
  await tx.execute(sql`
    DELETE FROM event_log.members WHERE ("group", member) IN (
      SELECT "group", member FROM event_log.members WHERE "group" = ${group} AND expires_at < now() FOR UPDATE SKIP LOCKED)`);
  const counts = await tx.query<{ topic: string; members: number }>(sql`
    SELECT topic, count(*)::integer AS members FROM event_log.members, unnest(topics) AS topic WHERE "group" = ${group} GROUP BY topic`);
  return new Map(counts.map(({ topic, members }) => [topic, Math.ceil(PARTITIONS / members)]));
}

async function makeLeases(tx: Transaction, group: string, topics: readonly string[]): Promise<void> {
  await tx.execute(sql`
    INSERT INTO event_log.leases ("group", topic, partition)
    SELECT ${group}, topic, partition FROM unnest(${topics}::text[]) AS topic, generate_series(0, ${PARTITIONS - 1}) AS partition
    ORDER BY topic, partition ON CONFLICT DO NOTHING`);
  await tx.execute(sql`SELECT pg_notify(${REGROUPED}, ${group})`);
}

/** Keeps what is held, and takes no more. */
export async function prolong(tx: Queryable, { id, group, leaseMs }: Member): Promise<readonly Lease[]> {
  const rows = await tx.query<LeaseRow>(sql`
    UPDATE event_log.leases SET expires_at = now() + ${leaseMs} * interval '1 ms' WHERE "group" = ${group} AND holder = ${id}
    RETURNING topic, partition, epoch, next_offset AS next`);
  return rows.map(leaseOf);
}

interface Wanted {
  readonly topic: string;
  readonly count: number;
}

async function take(tx: Transaction, { id, group, leaseMs }: Member, { topic, count }: Wanted): Promise<readonly Lease[]> {
  if (count <= 0) return [];
  const rows = await tx.query<LeaseRow>(sql`
    UPDATE event_log.leases AS l SET holder = ${id}, epoch = epoch + 1, expires_at = now() + ${leaseMs} * interval '1 ms'
    WHERE "group" = ${group} AND topic = ${topic} AND partition IN (
      SELECT partition FROM event_log.leases
      WHERE "group" = ${group} AND topic = ${topic} AND (holder IS NULL OR expires_at < now())
      ORDER BY partition LIMIT ${count} FOR UPDATE SKIP LOCKED)
    RETURNING topic, partition, epoch, next_offset AS next`);
  return rows.map(leaseOf);
}

function leaseOf({ topic, partition, epoch, next }: LeaseRow): Lease {
  return { topic, partition, epoch, next: BigInt(next) };
}

function missing(topic: string, shares: ReadonlyMap<string, number>, held: readonly Lease[]): number {
  return (shares.get(topic) ?? 0) - held.filter((lease) => lease.topic === topic).length;
}

function surplusOf(topic: string, shares: ReadonlyMap<string, number>, held: readonly Lease[]): readonly Lease[] {
  return held.filter((lease) => lease.topic === topic).slice(shares.get(topic) ?? 0);
}

/** A lease by its holder: what another member has taken meanwhile is not touched. */
export interface Held {
  readonly member: Member;
  readonly lease: Lease;
}

/**
 * Moves a group's place in a partition forward, never back.
 * @returns false where the partition has gone to another member
 */
export async function acknowledge(db: Database, { member, lease }: Held, next: bigint): Promise<boolean> {
  const touched = await db.execute(sql`
    UPDATE event_log.leases SET next_offset = greatest(next_offset, ${next})
    WHERE "group" = ${member.group} AND topic = ${lease.topic} AND partition = ${lease.partition} AND holder = ${member.id} AND epoch = ${lease.epoch}`);
  return touched === 1;
}

/** Lets others have a partition. */
export async function giveUp(db: Database, { member, lease }: Held): Promise<void> {
  await db.execute(sql`
    WITH freed AS (
      UPDATE event_log.leases SET holder = NULL, expires_at = NULL
      WHERE "group" = ${member.group} AND topic = ${lease.topic} AND partition = ${lease.partition} AND holder = ${member.id} AND epoch = ${lease.epoch}
      RETURNING "group")
    SELECT pg_notify(${REGROUPED}, "group") FROM freed`);
}

/** Leaves the group, with whatever is still held. */
export async function leave(db: Database, { id, group }: Member): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`DELETE FROM event_log.members WHERE "group" = ${group} AND member = ${id}`);
    await tx.execute(sql`UPDATE event_log.leases SET holder = NULL, expires_at = NULL WHERE "group" = ${group} AND holder = ${id}`);
    await tx.execute(sql`SELECT pg_notify(${REGROUPED}, ${group})`);
  });
}
