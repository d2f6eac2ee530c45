import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { SearchResult, TraceQuery, TraceSummary } from '../../trace/readers/reader.ts';
import type { Handler } from './receiver.ts';
import type { SpanStore } from './store.ts';

type ReadableStore = Pick<SpanStore, 'flush' | 'search' | 'count' | 'read'>;

/** More spans of one trace than a reader can use. */
const MOST_SPANS = 200_000;
const MOST_TRACES = 1_000;

/**
 * The part of the control API under `/traces`; who may ask is checked before.
 * - `GET /traces?by=latest|slowest&limit=&id=&requestId=&errors=true&since=<RFC 3339>`: summaries
 * - `GET /traces/<trace id>`: the trace as OTLP JSON
 */
export function tracesApi(store: ReadableStore): Handler {
  return async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const [, traceId] = /^\/traces\/([0-9a-f]{32})$/.exec(pathname) ?? [];
    if (request.method !== 'GET') return problem(response, 405, 'Traces can only be read');
    if (traceId !== undefined) return await answerTrace(store, traceId, response);
    if (pathname !== '/traces') return problem(response, 404, 'A trace id is 32 hexadecimal digits in lower case');
    const query = queryOf(searchParams);
    if (typeof query === 'string') return problem(response, 400, query);
    await store.flush();
    json(response, 200, toJson(await store.search(query)));
  };
}

async function answerTrace(store: ReadableStore, traceId: string, response: ServerResponse): Promise<void> {
  await store.flush();
  const total = await store.count(traceId);
  if (total === 0) return problem(response, 404, `There is no trace ${traceId}`);
  response.writeHead(200, { 'Content-Type': 'application/json' });
  await pipeline(Readable.from(documentOf(store.read(traceId, MOST_SPANS), total)), response);
}

/** OTLP JSON; `totalSpans` is there where the trace has more spans than the answer. */
async function* documentOf(resourceSpans: AsyncIterable<string>, total: number): AsyncGenerator<string> {
  let before = '{"resourceSpans":[';
  for await (const text of resourceSpans) {
    yield before + text;
    before = ',';
  }
  yield `${before === ',' ? '' : before}]${total > MOST_SPANS ? `,"totalSpans":${total}` : ''}}`;
}

/** The query, or what is wrong with it. */
function queryOf(parameters: URLSearchParams): TraceQuery | string {
  const { by = 'latest', limit = '20', id, requestId, errors, since, ...unknown } = Object.fromEntries(parameters);
  const [name] = Object.keys(unknown);
  if (name !== undefined) return `There is no parameter ${name}`;
  if (by !== 'latest' && by !== 'slowest') return 'by must be latest or slowest';
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > MOST_TRACES)
    return `limit must be a number from 1 to ${MOST_TRACES}`;
  if (id !== undefined && !/^[0-9a-f]{8,32}$/.test(id)) return 'id must be 8 to 32 hexadecimal digits in lower case';
  if (since !== undefined && Number.isNaN(Date.parse(since))) return 'since must be a time as in RFC 3339';
  return {
    by,
    limit: Number(limit),
    errorsOnly: errors === 'true',
    ...(id !== undefined && { idPrefix: id }),
    ...(requestId !== undefined && { requestId }),
    ...(since !== undefined && { since: new Date(since) }),
  };
}

function toJson({ traces, complete, dropped }: SearchResult): object {
  return { traces: traces.map(summaryToJson), complete, dropped };
}

function summaryToJson({ start, duration, ...rest }: TraceSummary): object {
  return { ...rest, startTimeUnixNano: String(start), durationNano: String(duration) };
}

function problem(response: ServerResponse, status: number, detail: string): void {
  json(response, status, { status, detail }, 'application/problem+json');
}

function json(response: ServerResponse, status: number, body: object, contentType = 'application/json'): void {
  response.writeHead(status, { 'Content-Type': contentType }).end(JSON.stringify(body));
}
