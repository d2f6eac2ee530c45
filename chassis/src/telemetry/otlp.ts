import type { Attributes, AttributeValue } from '@opentelemetry/api';
import type { SpanData } from './span.ts';

/** Spans of one resource as the body of an OTLP/HTTP request in JSON: ids in hex, 64-bit numbers as text. */
export function otlpBody(resource: Attributes, scope: string, spans: readonly SpanData[]): string {
  const scopeSpans = [{ scope: { name: scope }, spans: spans.map(spanJson) }];
  return JSON.stringify({ resourceSpans: [{ resource: { attributes: attributesJson(resource) }, scopeSpans }] });
}

function spanJson(span: SpanData): object {
  const { traceId, spanId, traceFlags, traceState } = span.context;
  const { events, links, dropped } = span;
  return {
    traceId,
    spanId,
    traceState: traceState?.serialize(),
    parentSpanId: span.parentId,
    flags: traceFlags,
    name: span.name,
    kind: span.kind + 1, // OTLP counts from 1, the API from 0
    startTimeUnixNano: nanoseconds(span.startedAt),
    endTimeUnixNano: nanoseconds(span.endedAt),
    attributes: attributesJson(span.attributes),
    events: events.length === 0 ? undefined : events.map(eventJson),
    links: links.length === 0 ? undefined : links.map(linkJson),
    status: span.status,
    droppedAttributesCount: dropped.attributes || undefined,
    droppedEventsCount: dropped.events || undefined,
    droppedLinksCount: dropped.links || undefined,
  };
}

function eventJson({ at, name, attributes }: SpanData['events'][number]): object {
  return { timeUnixNano: nanoseconds(at), name, attributes: attributesJson(attributes) };
}

function linkJson({ context, attributes = {} }: SpanData['links'][number]): object {
  return { traceId: context.traceId, spanId: context.spanId, attributes: attributesJson(attributes) };
}

/** A double holds milliseconds since 1970 to a quarter of a microsecond; as nanoseconds it would be a number too long. */
function nanoseconds(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  return `${whole}${String(Math.floor((milliseconds - whole) * 1_000_000)).padStart(6, '0')}`;
}

function attributesJson(attributes: Attributes): readonly object[] {
  const list: object[] = [];
  for (const key in attributes) {
    const value = attributes[key];
    if (value !== undefined) list.push({ key, value: valueJson(value) });
  }
  return list;
}

function valueJson(value: AttributeValue): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return { arrayValue: { values: value.flatMap((item) => (item == null ? [] : [valueJson(item)])) } };
}
