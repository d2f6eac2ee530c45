import type { Pool } from 'pg';
import type { SearchResult, TraceQuery } from '../../trace/readers/reader.ts';
import { SpanQueue } from './queue.ts';
import type { SpanRow } from './rows.ts';
import { migrate } from './schema.ts';
import { countSpans, insertSpans, type Retention, readResourceSpans, searchTraces, sweep } from './statements.ts';

/** Where the receiver puts spans and the API finds them. */
export interface SpanStore {
  /** Takes spans in and returns at once; they are stored soon. */
  add(rows: readonly SpanRow[]): void;
  /** Resolves when everything that was added is stored, or the database does not take it. */
  flush(): Promise<void>;
  search(query: TraceQuery): Promise<SearchResult>;
  /** How many spans a trace has; 0 where it is not there. */
  count(traceId: string): Promise<number>;
  /** At most that many spans of a trace, as texts of OTLP JSON's ResourceSpans. */
  read(traceId: string, most: number): AsyncIterable<string>;
  /** Stores what is waiting if it can, and stops. The pool stays open: it is the caller's. */
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly retention: Retention;
  readonly queueBytes: number;
  /** Told once for each stretch in which the database does not take spans. */
  readonly onTrouble?: (error: unknown) => void;
}

export const STORE_OPTIONS: StoreOptions = { retention: { days: 7, spans: 1_000_000 }, queueBytes: 32 * 1024 * 1024 };

const BATCH = { rows: 1_000, bytes: 4 * 1024 * 1024 };
const SWEEP_EVERY_MS = 60_000;
/** A flood is swept before the minute is over. */
const SWEEP_AFTER_SPANS = 50_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** Opens the store on its own database, made or brought up to date first. */
export async function openSpanStore(pool: Pool, options: StoreOptions = STORE_OPTIONS): Promise<SpanStore> {
  await migrate(pool);
  return new PostgresSpanStore(pool, options);
}

class PostgresSpanStore implements SpanStore {
  readonly #pool: Pool;
  readonly #options: StoreOptions;
  readonly #queue: SpanQueue;
  readonly #sweeper: NodeJS.Timeout;
  #draining: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #sinceSweep = 0;

  constructor(pool: Pool, options: StoreOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#queue = new SpanQueue(options.queueBytes);
    this.#sweeper = setInterval(() => this.#sweepSoon(), SWEEP_EVERY_MS).unref();
  }

  add(rows: readonly SpanRow[]): void {
    this.#queue.add(rows);
    if (!this.#retry) void this.flush();
  }

  flush(): Promise<void> {
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = undefined;
    });
    return this.#draining;
  }

  async search(query: TraceQuery): Promise<SearchResult> {
    return { ...(await searchTraces(this.#pool, query)), dropped: this.#queue.dropped };
  }

  count(traceId: string): Promise<number> {
    return countSpans(this.#pool, traceId);
  }

  read(traceId: string, most: number): AsyncIterable<string> {
    return readResourceSpans(this.#pool, traceId, most);
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    await this.flush();
    clearTimeout(this.#retry);
  }

  /** One writer at a time: inserts and sweeps never meet. */
  async #drain(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    try {
      while (this.#queue.length > 0) await this.#storeBatch(this.#queue.take(BATCH));
      if (this.#sinceSweep >= SWEEP_AFTER_SPANS) await this.#sweep();
      this.#pauseMs = FIRST_PAUSE_MS;
    } catch (error) {
      if (this.#pauseMs === FIRST_PAUSE_MS) this.#options.onTrouble?.(error);
      this.#retryLater();
    }
  }

  async #storeBatch(rows: readonly SpanRow[]): Promise<void> {
    try {
      await insertSpans(this.#pool, rows);
      this.#sinceSweep += rows.length;
    } catch (error) {
      if (!isRefusal(error)) {
        this.#queue.putBack(rows);
        throw error;
      }
      await this.#storeOneByOne(rows);
    }
  }

  /** The database refuses something in this batch and always will: keep the others. */
  async #storeOneByOne(rows: readonly SpanRow[]): Promise<void> {
    for (const [index, row] of rows.entries()) {
      try {
        await insertSpans(this.#pool, [row]);
      } catch (error) {
        if (!isRefusal(error)) {
          this.#queue.putBack(rows.slice(index));
          throw error;
        }
        this.#queue.dropped++;
      }
    }
  }

  #retryLater(): void {
    this.#retry = setTimeout(() => void this.flush(), this.#pauseMs).unref();
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
  }

  #sweepSoon(): void {
    this.#sinceSweep = SWEEP_AFTER_SPANS;
    if (!this.#retry) void this.flush();
  }

  async #sweep(): Promise<void> {
    await sweep(this.#pool, this.#options.retention);
    this.#sinceSweep = 0;
  }
}

/** Errors that no retry mends: PostgreSQL's classes 22 (data), 23 (integrity) and 54 (limits), and values the driver cannot send. */
function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^(22|23|54)/.test(code) && code.length === 5;
}
