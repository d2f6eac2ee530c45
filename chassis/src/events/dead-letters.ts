import type { Queryable, Transaction } from '../postgres/database.ts';
import { type Sql, sql } from '../postgres/sql.ts';
import { parseEvent } from './event.ts';
import type { LogRecord } from './event-log.ts';

/** An event that could not be handled, or that waits behind one of the same key that could not. */
export interface DeadLetter {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  /** Undefined where what came was no event at all. */
  readonly type: string | undefined;
  readonly eventId: string | undefined;
  readonly cause: string;
  /** How often it was tried; 0 where it only waits behind another one. */
  readonly attempts: number;
  readonly deadAt: Date;
  readonly replaying: boolean;
  /** The event as it came, in JSON. */
  readonly value: string;
}

/** Which letters are meant; all of them where nothing is said. */
export interface LetterChoice {
  /** The letter, and with it all others of its key. */
  readonly id?: string;
  readonly key?: string;
}

interface LetterRow {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string | null;
  readonly event_id: string | null;
  readonly cause: string;
  readonly attempts: number;
  readonly dead_at: Date;
  readonly replay_at: Date | null;
  readonly value: string;
}

/** Letters in the order in which they died, at most `limit`. */
export async function listDeadLetters(db: Queryable, limit = 100): Promise<readonly DeadLetter[]> {
  const rows = await db.query<LetterRow>(sql`SELECT * FROM svckit.dead_letters ORDER BY id LIMIT ${limit}`);
  return rows.map(letterOf);
}

/**
 * Asks for letters to be handled again, in order: by the service, which does so within a second.
 * @returns how many were asked for
 */
export function replayDeadLetters(db: Queryable, choice: LetterChoice = {}): Promise<number> {
  return db.execute(sql`UPDATE svckit.dead_letters SET replay_at = now() WHERE ${chosen(choice)}`);
}

/**
 * Gives one letter up for good, and has those that wait behind it handled.
 * @returns false where there is no such letter
 */
export async function discardDeadLetter(db: Queryable, id: string): Promise<boolean> {
  const row = await db.first<{ key: string }>(sql`DELETE FROM svckit.dead_letters WHERE id = ${id} RETURNING key`);
  if (row) await replayDeadLetters(db, { key: row.key });
  return row !== undefined;
}

function chosen({ id, key }: LetterChoice): Sql {
  if (id !== undefined) return sql`key = (SELECT key FROM svckit.dead_letters WHERE id = ${id})`;
  return key === undefined ? sql`true` : sql`key = ${key}`;
}

/** Why an event became a letter. */
export interface Death {
  readonly cause: string;
  readonly attempts: number;
}

export async function bury(
  tx: Transaction,
  { topic, partition, offset, key, value }: LogRecord,
  { cause, attempts }: Death,
): Promise<void> {
  const { type, id } = headOf(value);
  await tx.execute(sql`
    INSERT INTO svckit.dead_letters (topic, partition, log_offset, key, type, event_id, value, cause, attempts)
    VALUES (${topic}, ${partition}, ${offset}, ${key}, ${type}, ${id}, ${value}, ${cause}, ${attempts})
    ON CONFLICT (topic, partition, log_offset) DO NOTHING`);
}

function headOf(value: string): { readonly type?: string; readonly id?: string } {
  try {
    return parseEvent(value);
  } catch {
    return {};
  }
}

/** Of those who handle the letters of a key, and those who add one, one works at a time. */
export async function lockKey(tx: Transaction, key: string): Promise<void> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 5021))`);
}

export async function hasLetters(tx: Transaction, key: string): Promise<boolean> {
  const row = await tx.first<{ found: boolean }>(sql`SELECT EXISTS (SELECT FROM svckit.dead_letters WHERE key = ${key}) AS found`);
  return row?.found === true;
}

/** The keys of which letters are to be handled again. */
export async function keysToReplay(db: Queryable): Promise<readonly string[]> {
  const rows = await db.query<{ key: string }>(sql`SELECT DISTINCT key FROM svckit.dead_letters WHERE replay_at IS NOT NULL LIMIT 100`);
  return rows.map(({ key }) => key);
}

/** Takes the first letter of a key out of the table, where it is to be handled again. */
export async function takeLetter(tx: Transaction, key: string): Promise<LogRecord | undefined> {
  await lockKey(tx, key);
  const row = await tx.first<LetterRow & { partition: number; log_offset: string }>(sql`
    DELETE FROM svckit.dead_letters
    WHERE id = (SELECT min(id) FROM svckit.dead_letters WHERE key = ${key})
      AND EXISTS (SELECT FROM svckit.dead_letters WHERE key = ${key} AND replay_at IS NOT NULL) RETURNING *`);
  return row && { topic: row.topic, partition: row.partition, offset: BigInt(row.log_offset), key, value: row.value };
}

/** The first letter of a key could not be handled again: it and those behind it stay. */
export async function keepLetters(db: Queryable, key: string, cause: string): Promise<void> {
  await db.execute(sql`
    UPDATE svckit.dead_letters SET cause = ${cause}, attempts = attempts + 1 WHERE id = (SELECT min(id) FROM svckit.dead_letters WHERE key = ${key})`);
  await db.execute(sql`UPDATE svckit.dead_letters SET replay_at = NULL WHERE key = ${key}`);
}

function letterOf(row: LetterRow): DeadLetter {
  return {
    id: row.id,
    topic: row.topic,
    key: row.key,
    type: row.type ?? undefined,
    eventId: row.event_id ?? undefined,
    cause: row.cause,
    attempts: row.attempts,
    deadAt: row.dead_at,
    replaying: row.replay_at !== null,
    value: row.value,
  };
}
