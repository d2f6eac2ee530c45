/** One entry to be appended. Entries of one key stay in order; those of different keys need not. */
export interface NewRecord {
  readonly topic: string;
  readonly key: string;
  /** A CloudEvent in JSON. */
  readonly value: string;
}

/** An entry of the log, and where it stands. */
export interface LogRecord extends NewRecord {
  readonly partition: number;
  readonly offset: bigint;
}

/** What a group of consumers does with the records of some topics. */
export interface Consumption {
  /** Each group gets every record, also those from before it existed; its members share them. */
  readonly group: string;
  readonly topics: readonly string[];
  /**
   * Called for one record of a partition at a time, in order. Once it resolves the record will not come again, unless this process
   * dies first; where it rejects the same record comes again in a moment.
   * @param signal ends when the partition has gone to another member, or the consumer stops
   */
  handle(record: LogRecord, signal: AbortSignal): Promise<void>;
  /** Told of what went wrong and is tried again. */
  onError(error: unknown): void;
}

export interface Consumer {
  /** Finishes the records in hand, acknowledges them, and leaves the group. */
  stop(): Promise<void>;
}

/** How far a group is behind in a partition, in records. */
export interface Lag {
  readonly topic: string;
  readonly partition: number;
  readonly records: number;
}

/**
 * A log of records that outlives whoever writes and reads it: what the chassis asks of a broker, and no more. A record that was
 * appended is handled at least once by each group.
 */
export interface EventLog {
  /** Value of `messaging.system` in spans. */
  readonly system: string;
  /** Resolves once all records are kept for good. Where it rejects some may be kept: append all of them again. */
  append(records: readonly NewRecord[]): Promise<void>;
  consume(consumption: Consumption): Consumer;
  lag(group: string, topics: readonly string[]): Promise<readonly Lag[]>;
  close(): Promise<void>;
}
