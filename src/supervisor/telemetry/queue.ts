import type { SpanRow } from './rows.ts';

export interface Batch {
  readonly rows: number;
  readonly bytes: number;
}

/** What each row costs in memory beside its text. */
const ROW_OVERHEAD_BYTES = 512;

/** Spans on their way to the database. Bounded: where the database cannot follow, the oldest are dropped and counted. */
export class SpanQueue {
  dropped = 0;
  #rows: SpanRow[] = [];
  #bytes = 0;
  readonly #mostBytes: number;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get length(): number {
    return this.#rows.length;
  }

  add(rows: readonly SpanRow[]): void {
    for (const row of rows) {
      this.#rows.push(row);
      this.#bytes += sizeOf(row);
    }
    this.#shed();
  }

  /** The oldest rows, at least one where there is one. */
  take(most: Batch): readonly SpanRow[] {
    let bytes = 0;
    let count = 0;
    for (const row of this.#rows) {
      if (count > 0 && (count === most.rows || bytes + sizeOf(row) > most.bytes)) break;
      bytes += sizeOf(row);
      count++;
    }
    this.#bytes -= bytes;
    return this.#rows.splice(0, count);
  }

  /** Puts back what could not be stored; it is still the oldest. */
  putBack(rows: readonly SpanRow[]): void {
    this.#rows = [...rows, ...this.#rows];
    this.#bytes += rows.reduce((sum, row) => sum + sizeOf(row), 0);
    this.#shed();
  }

  #shed(): void {
    let count = 0;
    while (this.#bytes > this.#mostBytes && count < this.#rows.length) {
      this.#bytes -= sizeOf(this.#rows[count++] as SpanRow);
    }
    this.#rows.splice(0, count);
    this.dropped += count;
  }
}

/** JavaScript keeps most text in one byte a character. */
function sizeOf(row: SpanRow): number {
  return row.body.length + ROW_OVERHEAD_BYTES;
}
