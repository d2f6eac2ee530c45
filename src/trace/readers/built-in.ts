import { SvcError } from '../../errors.ts';
import type { HttpResponse, Runtime } from '../../runtime/runtime.ts';
import { type Otlp, readOtlp } from '../otlp.ts';
import type { SearchResult, TraceQuery, TraceReader, TraceSummary } from './reader.ts';

/** Where the control API of a local system is, and what opens it. */
export interface Access {
  readonly url: string;
  readonly token: string;
}

/** Reads the traces that the local system keeps in its own PostgreSQL. */
export function builtInReader({ http, signal }: Pick<Runtime, 'http' | 'signal'>, { url, token }: Access): TraceReader {
  const get = (path: string) => http({ url: new URL(path, url).href, headers: { authorization: `Bearer ${token}` }, signal });
  return {
    async read(traceId) {
      const response = await get(`/traces/${traceId}`);
      return response.status === 404 ? NOTHING : withOmitted(await bodyOf(response));
    },
    async search(query) {
      return readResult(await bodyOf(await get(`/traces?${parametersOf(query)}`)));
    },
  };
}

const NOTHING: Otlp = { spans: [], rejected: 0, problems: [] };

function parametersOf({ by, limit, idPrefix, requestId, errorsOnly, since }: TraceQuery): URLSearchParams {
  const parameters = new URLSearchParams({ by, limit: String(limit) });
  if (idPrefix !== undefined) parameters.set('id', idPrefix);
  if (requestId !== undefined) parameters.set('requestId', requestId);
  if (errorsOnly) parameters.set('errors', 'true');
  if (since !== undefined) parameters.set('since', since.toISOString());
  return parameters;
}

async function bodyOf(response: HttpResponse): Promise<unknown> {
  const text = await response.text();
  try {
    if (response.status === 200) return JSON.parse(text);
  } catch {
    // Told below, with the status.
  }
  throw new SvcError('local/failed', `The local system did not give its traces: it answered ${response.status}`, {
    hint: 'Start it afresh: svc down, then svc up',
  });
}

/** The store says how many spans a trace has where it gave only a part. */
function withOmitted(document: unknown): Otlp {
  const read = readOtlp(document);
  const total = Number((document as { totalSpans?: unknown }).totalSpans ?? 0);
  if (!(total > read.spans.length)) return read;
  return { ...read, problems: [`the trace has ${total} spans, of which ${read.spans.length} were read`, ...read.problems] };
}

interface SummaryJson extends Omit<TraceSummary, 'start' | 'duration'> {
  readonly startTimeUnixNano: string;
  readonly durationNano: string;
}

/** Our own process answers here, so its shape is trusted. */
function readResult(body: unknown): SearchResult {
  const { traces, ...rest } = body as Omit<SearchResult, 'traces'> & { readonly traces: readonly SummaryJson[] };
  return { ...rest, traces: traces.map(readSummary) };
}

function readSummary({ startTimeUnixNano, durationNano, ...rest }: SummaryJson): TraceSummary {
  return { ...rest, start: BigInt(startTimeUnixNano), duration: BigInt(durationNano) };
}
