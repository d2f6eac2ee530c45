import type { Analysis, Failure, ServiceTime } from './analysis.ts';
import { criticalTimes } from './analysis.ts';
import { showValue } from './attributes.ts';
import type { Segment } from './critical-path.ts';
import type { SearchResult, TraceSummary } from './readers/reader.ts';
import { type AttributeValue, durationOf, errorMessageOf } from './span.ts';
import type { Oddity, TraceNode } from './tree.ts';

/** What scripts get of one trace. Points in time are nanoseconds as text, as in OTLP JSON; lengths are milliseconds. */
export function traceToJson(analysis: Analysis, problems: readonly string[]): object {
  const { tree, duration, path, services, errors, requestId } = analysis;
  const critical = criticalTimes(path);
  return {
    traceId: tree.traceId,
    startTimeUnixNano: String(tree.start),
    durationMs: ms(duration),
    requestId,
    spans: tree.nodes.map((node) => spanToJson(node, { analysis, critical })),
    criticalPath: path.map(segmentToJson),
    services: services.map(serviceToJson),
    errors: errors.map(failureToJson),
    oddities: tree.oddities.map(oddityToJson),
    problems,
  };
}

interface Context {
  readonly analysis: Analysis;
  readonly critical: ReadonlyMap<TraceNode, bigint>;
}

function spanToJson(node: TraceNode, { analysis, critical }: Context): object {
  const { span } = node;
  return {
    spanId: span.id,
    parentSpanId: span.parentId,
    service: span.source.service,
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: String(span.start),
    durationMs: ms(durationOf(span)),
    selfMs: ms(analysis.selfTimes.get(node) ?? 0n),
    criticalMs: ms(critical.get(node) ?? 0n),
    status: span.status.code,
    error: errorMessageOf(span),
    attributes: Object.fromEntries(Array.from(span.attributes, ([key, value]) => [key, plain(value)])),
  };
}

/** What JSON has a word for stays as it is. */
function plain(value: AttributeValue): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'number' || typeof value === 'boolean' ? value : showValue(value);
}

function segmentToJson({ node, start, end }: Segment): object {
  return { spanId: node.span.id, startTimeUnixNano: String(start), durationMs: ms(end - start) };
}

function serviceToJson({ service, spans, self, critical }: ServiceTime): object {
  return { service, spans, selfMs: ms(self), criticalMs: ms(critical) };
}

function failureToJson({ span, message }: Failure): object {
  return { spanId: span.id, service: span.source.service, name: span.name, message };
}

function oddityToJson({ kind, span, by }: Oddity): object {
  return { kind, spanId: span.id, ...(by !== undefined && { byMs: ms(by) }) };
}

/** What scripts get of a search. */
export function searchToJson({ traces, complete, dropped }: SearchResult): object {
  return { traces: traces.map(summaryToJson), complete, droppedSpans: dropped };
}

function summaryToJson({ start, duration, ...rest }: TraceSummary): object {
  return { ...rest, startTimeUnixNano: String(start), durationMs: ms(duration) };
}

function ms(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e6;
}
