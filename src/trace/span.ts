/** A trace as svckit sees it, whatever it was stored in. Times are nanoseconds since the Unix epoch: more than a double can hold. */
export interface Span {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits. */
  readonly id: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly start: bigint;
  /** May lie before `start` where a clock jumped; see `durationOf`. */
  readonly end: bigint;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  readonly source: Source;
}

/** What sent a span. Spans of one batch share the object. */
export interface Source {
  /** `service.name`, or `unknown_service` as OpenTelemetry names what has none. */
  readonly service: string;
  readonly resource: Attributes;
  readonly scope: { readonly name: string; readonly version: string };
}

/** In the order of OTLP's numbers. */
export const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

/** In the order of OTLP's numbers. */
export const STATUS_CODES = ['unset', 'ok', 'error'] as const;

export interface SpanStatus {
  readonly code: (typeof STATUS_CODES)[number];
  readonly message: string;
}

export interface SpanEvent {
  readonly name: string;
  readonly time: bigint;
  readonly attributes: Attributes;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

/** A map and no object, so that a key such as `__proto__` is a key. */
export type Attributes = ReadonlyMap<string, AttributeValue>;
export type AttributeValue = string | number | bigint | boolean | Uint8Array | readonly AttributeValue[] | Attributes | undefined;

/** The attribute that carries a request's id: the service contract, section 5. */
export const REQUEST_ID = 'request.id';

/** Nanoseconds; a span that ends before it starts has none. */
export function durationOf({ start, end }: Pick<Span, 'start' | 'end'>): bigint {
  return end > start ? end - start : 0n;
}

export function isError({ status }: Pick<Span, 'status'>): boolean {
  return status.code === 'error';
}

/** Why a span failed: its status, else the exception it recorded; undefined where it did not fail. */
export function errorMessageOf(span: Span): string | undefined {
  if (!isError(span)) return undefined;
  if (span.status.message) return span.status.message;
  const exception = span.events.find(({ name }) => name === 'exception')?.attributes;
  return (
    textOf(exception?.get('exception.message')) ??
    textOf(exception?.get('exception.type')) ??
    textOf(span.attributes.get('error.type')) ??
    'failed'
  );
}

export function requestIdOf({ attributes }: Pick<Span, 'attributes'>): string | undefined {
  return textOf(attributes.get(REQUEST_ID));
}

/** The HTTP status of an answer, by the stable and by the older convention. */
export function httpStatusOf({ attributes }: Pick<Span, 'attributes'>): number | undefined {
  const status = Number(attributes.get('http.response.status_code') ?? attributes.get('http.status_code'));
  return Number.isInteger(status) ? status : undefined;
}

/** The service that a call goes to, by the current and by the older convention. */
export function peerOf({ kind, attributes }: Pick<Span, 'kind' | 'attributes'>): string | undefined {
  if (kind !== 'client') return undefined;
  return textOf(attributes.get('service.peer.name')) ?? textOf(attributes.get('peer.service'));
}

function textOf(value: AttributeValue): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
