import type { Attributes, AttributeValue, HrTime } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Spans of one resource as the body of an OTLP/HTTP request in JSON: ids in hex, nanoseconds as text. */
export function otlpBody(resource: Attributes, spans: readonly ReadableSpan[]): string {
  const scopeSpans = [...byScope(spans)].map(([name, members]) => ({ scope: { name }, spans: members.map(spanJson) }));
  return JSON.stringify({ resourceSpans: [{ resource: { attributes: attributesJson(resource) }, scopeSpans }] });
}

function byScope(spans: readonly ReadableSpan[]): Map<string, ReadableSpan[]> {
  const scopes = new Map<string, ReadableSpan[]>();
  for (const span of spans) {
    const members = scopes.get(span.instrumentationScope.name);
    if (members) members.push(span);
    else scopes.set(span.instrumentationScope.name, [span]);
  }
  return scopes;
}

function spanJson(span: ReadableSpan): object {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  return {
    traceId,
    spanId,
    traceState: traceState?.serialize(),
    parentSpanId: span.parentSpanContext?.spanId,
    flags: traceFlags,
    name: span.name,
    kind: span.kind + 1, // OTLP counts from 1, the API from 0
    startTimeUnixNano: nanoseconds(span.startTime),
    endTimeUnixNano: nanoseconds(span.endTime),
    attributes: attributesJson(span.attributes),
    events: span.events.map((event) => ({
      timeUnixNano: nanoseconds(event.time),
      name: event.name,
      attributes: attributesJson(event.attributes ?? {}),
    })),
    links: span.links.map(({ context, attributes }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      attributes: attributesJson(attributes ?? {}),
    })),
    status: span.status,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}

function nanoseconds([seconds, rest]: HrTime): string {
  return `${seconds}${String(rest).padStart(9, '0')}`;
}

function attributesJson(attributes: Attributes): readonly object[] {
  return Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: valueJson(value) }]));
}

function valueJson(value: AttributeValue): object {
  if (Array.isArray(value)) return { arrayValue: { values: value.flatMap((item) => (item == null ? [] : [valueJson(item)])) } };
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return typeof value === 'boolean' ? { boolValue: value } : { stringValue: value };
}
