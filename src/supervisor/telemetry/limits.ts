import type { Attributes, AttributeValue, Span } from '../../trace/span.ts';

/** What a sender may send. A developer's own services never meet these; a broken or hostile one does. */
export interface ReceiverLimits {
  /** Bytes of a request's body as it was sent. */
  readonly compressedBytes: number;
  readonly inflatedBytes: number;
  /** For the whole body to arrive. */
  readonly bodyMs: number;
  /** Requests in hand at a time; more are asked to come back. */
  readonly concurrent: number;
  /** Objects and list items in one request. */
  readonly values: number;
}

export const RECEIVER_LIMITS: ReceiverLimits = {
  compressedBytes: 4 * 1024 * 1024,
  inflatedBytes: 16 * 1024 * 1024,
  bodyMs: 10_000,
  concurrent: 16,
  values: 1_000_000,
};

/** What is kept of one span. OpenTelemetry's own default is 128 of each (SDK specification, "Span Limits"), without a bound of length. */
export const SPAN_LIMITS = { items: 128, eventAttributes: 32, nameLength: 1_024, keyLength: 256, valueLength: 8_192 };
/** A span that is larger than this after all that is refused. */
export const LARGEST_SPAN_BYTES = 256 * 1024;

/** The span within the limits: what is too long ends with `…`, what is too many is left out. */
export function clipSpan(span: Span): Span {
  const { items, eventAttributes, nameLength } = SPAN_LIMITS;
  return {
    ...span,
    name: clipText(span.name, nameLength),
    status: { ...span.status, message: clipText(span.status.message, SPAN_LIMITS.valueLength) },
    attributes: clipAttributes(span.attributes, items),
    events: span.events.slice(0, items).map((event) => ({
      ...event,
      name: clipText(event.name, nameLength),
      attributes: clipAttributes(event.attributes, eventAttributes),
    })),
    links: span.links.slice(0, items).map((link) => ({ ...link, attributes: clipAttributes(link.attributes, eventAttributes) })),
  };
}

export function clipAttributes(attributes: Attributes, most: number): Attributes {
  const kept = new Map<string, AttributeValue>();
  for (const [key, value] of attributes) {
    if (kept.size === most) break;
    kept.set(clipText(key, SPAN_LIMITS.keyLength), clipValue(value));
  }
  return kept;
}

function clipValue(value: AttributeValue): AttributeValue {
  if (typeof value === 'string') return clipText(value, SPAN_LIMITS.valueLength);
  if (value instanceof Uint8Array) return value.subarray(0, SPAN_LIMITS.valueLength);
  if (value instanceof Map) return clipAttributes(value, SPAN_LIMITS.eventAttributes);
  return Array.isArray(value) ? value.slice(0, SPAN_LIMITS.items).map(clipValue) : value;
}

/** PostgreSQL's text holds no NUL. */
export function clipText(text: string, longest: number): string {
  const clean = text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
  return clean.length > longest ? `${clean.slice(0, longest - 1)}…` : clean;
}
