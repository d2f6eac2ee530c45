import { writeSource, writeSpan } from './otlp.ts';
import type { AttributeValue, Span, SpanEvent } from './span.ts';

export interface FakeSpan {
  /** A small number; the span's id is made from it. */
  readonly id: number;
  readonly parent?: number;
  readonly service?: string;
  readonly name?: string;
  readonly kind?: Span['kind'];
  /** Nanoseconds after the trace's first moment. */
  readonly from: number;
  readonly to: number;
  /** Makes it a failed span. */
  readonly error?: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly events?: readonly SpanEvent[];
}

export const FAKE_TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
export const FAKE_START = 1_767_323_045_678_000_000n;

/** Spans for tests: what is not said is plain. */
export function fakeSpans(...spans: readonly [FakeSpan, ...FakeSpan[]]): [Span, ...Span[]] {
  const [first, ...rest] = spans;
  return [fakeSpan(first), ...rest.map(fakeSpan)];
}

export function fakeSpan({
  id,
  parent,
  service = 'shop',
  name = `span ${id}`,
  kind = 'internal',
  from,
  to,
  error,
  attributes,
  events,
}: FakeSpan): Span {
  return {
    traceId: FAKE_TRACE_ID,
    id: spanId(id),
    parentId: parent === undefined ? undefined : spanId(parent),
    name,
    kind,
    start: FAKE_START + BigInt(from),
    end: FAKE_START + BigInt(to),
    status: error === undefined ? { code: 'unset', message: '' } : { code: 'error', message: error },
    attributes: new Map(Object.entries(attributes ?? {})),
    events: events ?? [],
    links: [],
    source: { service, resource: new Map([['service.name', service]]), scope: { name: 'fake', version: '1' } },
  };
}

function spanId(id: number): string {
  return (id + 1).toString(16).padStart(16, '0');
}

/** The same spans as an OTLP JSON document. */
export function otlpOf(spans: readonly Span[]): { resourceSpans: object[] } {
  return {
    resourceSpans: spans.map((span) => {
      const { resource, scope } = writeSource(span.source);
      return { resource, scopeSpans: [{ scope, spans: [writeSpan(span)] }] };
    }),
  };
}
