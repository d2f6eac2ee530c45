import type { Otlp } from '../otlp.ts';

/** Where traces are kept. The port is narrow, so that any backend fits it. */
export interface TraceReader {
  /** One whole trace by its full id; without spans where it is not there (yet). */
  read(traceId: string): Promise<Otlp>;
  search(query: TraceQuery): Promise<SearchResult>;
}

export interface TraceQuery {
  readonly by: 'latest' | 'slowest';
  /** At most this many. */
  readonly limit: number;
  /** The first hexadecimal digits of the trace id, at least 8. */
  readonly idPrefix?: string;
  readonly requestId?: string;
  readonly errorsOnly?: boolean;
  /** Only traces that started at or after this moment. */
  readonly since?: Date;
}

export interface SearchResult {
  readonly traces: readonly TraceSummary[];
  /** Whether the backend looked at everything that matches. Many sort only what they happened to fetch. */
  readonly complete: boolean;
  /** Spans that the backend had to drop since it started: a trace may have holes. */
  readonly dropped: number;
}

/** Times in nanoseconds. */
export interface TraceSummary {
  readonly traceId: string;
  readonly start: bigint;
  readonly duration: bigint;
  readonly rootService: string;
  readonly rootName: string;
  readonly spans: number;
  readonly errors: number;
  readonly services: readonly string[];
}
