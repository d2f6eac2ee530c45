import { later } from './order.ts';
import type { SearchResult, TraceQuery, TraceReader } from './readers/reader.ts';
import type { Span } from './span.ts';

/** What was looked for: one trace, or several to choose from. */
export type Found =
  | { readonly is: 'trace'; readonly spans: readonly [Span, ...Span[]]; readonly problems: readonly string[]; readonly rejected: number }
  | ({ readonly is: 'list' } & SearchResult);

export interface Waiting {
  /** Milliseconds since the epoch. */
  now(): number;
  pause(ms: number): Promise<void>;
}

/** Services export their spans in batches, a second apart: a trace that is being looked for may be on its way. */
const PATIENCE_MS = 3_000;
/** A trace that ended so long ago is whole. */
const SETTLED_AFTER_MS = 1_500;
const POLL_MS = 250;

/**
 * Looks traces up. What is asked for by its id or its request id is waited for, up to three seconds, also while it may still
 * be growing; anything else is what there is now.
 * @returns undefined where nothing matches
 */
export async function lookUp(reader: TraceReader, query: TraceQuery, waiting: Waiting): Promise<Found | undefined> {
  const awaited = query.idPrefix !== undefined || query.requestId !== undefined;
  const deadline = waiting.now() + PATIENCE_MS;
  let result = await reader.search(query);
  while (awaited && waiting.now() < deadline && !isSettled(result, waiting.now())) {
    await waiting.pause(POLL_MS);
    result = await reader.search(query);
  }
  return await open(reader, result);
}

function isSettled({ traces }: SearchResult, now: number): boolean {
  const lastEnd = traces.map(({ start, duration }) => start + duration).reduce(later, 0n);
  return traces.length > 0 && now - Number(lastEnd / 1_000_000n) >= SETTLED_AFTER_MS;
}

async function open(reader: TraceReader, result: SearchResult): Promise<Found | undefined> {
  const [only, second] = result.traces;
  if (!only) return undefined;
  if (second) return { is: 'list', ...result };
  const { spans, problems, rejected } = await reader.read(only.traceId);
  const [first, ...rest] = spans;
  return first && { is: 'trace', spans: [first, ...rest], problems, rejected };
}
