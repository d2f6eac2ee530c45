import { createHash } from 'node:crypto';
import { later } from '../../trace/order.ts';
import { writeSource, writeSpan } from '../../trace/otlp.ts';
import { isError, requestIdOf, type Source, type Span } from '../../trace/span.ts';
import { clipAttributes, clipSpan, clipText, LARGEST_SPAN_BYTES, SPAN_LIMITS } from './limits.ts';

/** A span as the store keeps it: what is searched for as columns, all of it as OTLP JSON. */
export interface SpanRow {
  readonly traceId: string;
  /** Of the whole content: the same span sent twice is kept once, two spans of one id are both kept. */
  readonly digest: Buffer;
  readonly start: bigint;
  readonly end: bigint;
  readonly isRoot: boolean;
  readonly failed: boolean;
  readonly service: string;
  readonly name: string;
  readonly requestId: string | undefined;
  readonly body: string;
  readonly source: SourceRow;
}

export interface SourceRow {
  readonly digest: Buffer;
  readonly resource: string;
  readonly scope: string;
}

/** Longer request ids are no request ids (service contract, section 6), and would not fit an index. */
const LONGEST_REQUEST_ID = 256;

/** The rows of spans, clipped to the limits; a span that is too large even so is left out and counted. */
export function rowsOf(spans: readonly Span[]): { readonly rows: readonly SpanRow[]; readonly tooLarge: number } {
  const sources = new Map<Source, SourceRow>();
  const rows: SpanRow[] = [];
  for (const span of spans) {
    const source = sources.get(span.source) ?? sourceRow(span.source);
    sources.set(span.source, source);
    const row = rowOf(clipSpan(span), source);
    if (row.body.length <= LARGEST_SPAN_BYTES) rows.push(row);
  }
  return { rows, tooLarge: spans.length - rows.length };
}

function rowOf(span: Span, source: SourceRow): SpanRow {
  const body = JSON.stringify(writeSpan(span));
  const requestId = requestIdOf(span);
  return {
    traceId: span.traceId,
    digest: digestOf(body, source.resource, source.scope),
    start: span.start,
    end: later(span.start, span.end),
    isRoot: span.parentId === undefined,
    failed: isError(span),
    service: clipText(span.source.service, SPAN_LIMITS.keyLength),
    name: span.name,
    requestId: requestId !== undefined && requestId.length <= LONGEST_REQUEST_ID ? requestId : undefined,
    body,
    source,
  };
}

function sourceRow({ service, resource, scope }: Source): SourceRow {
  const clipped = {
    service,
    resource: clipAttributes(resource, SPAN_LIMITS.items),
    scope: { name: clipText(scope.name, SPAN_LIMITS.keyLength), version: clipText(scope.version, SPAN_LIMITS.keyLength) },
  };
  const written = writeSource(clipped);
  const parts = { resource: JSON.stringify(written.resource), scope: JSON.stringify(written.scope) };
  return { ...parts, digest: digestOf(parts.resource, parts.scope) };
}

function digestOf(...parts: readonly string[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  return hash.digest().subarray(0, 16);
}
