import { SvcError } from '../errors.ts';
import { readAttributes, writeAttributes } from './attributes.ts';
import { type Source, SPAN_KINDS, type Span, type SpanEvent, type SpanLink, type SpanStatus, STATUS_CODES } from './span.ts';

/** The spans of an OTLP document that are right, and what is wrong with the others. */
export interface Otlp {
  readonly spans: readonly Span[];
  readonly rejected: number;
  /** The first few reasons, each with its place: `resourceSpans[0].scopeSpans[0].spans[3].kind must be …`. */
  readonly problems: readonly string[];
}

const PROBLEMS_KEPT = 5;
/** Times fit a signed 64-bit integer, as databases have them: until the year 2262. */
const LAST_TIME = 2n ** 63n - 1n;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads OTLP JSON: hexadecimal ids, enums as numbers, 64-bit integers as decimal text, unknown fields ignored
 * (OpenTelemetry protocol specification, "JSON Protobuf Encoding"). A span that breaks these rules is rejected by itself.
 * @throws SvcError trace/invalid where the document as a whole is something else
 */
export function readOtlp(document: unknown): Otlp {
  const spans: Span[] = [];
  const problems: string[] = [];
  let rejected = 0;
  for (const { scope, index, raw, source } of spansIn(document)) {
    try {
      spans.push(readSpan(raw, source));
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      rejected++;
      if (problems.length < PROBLEMS_KEPT) problems.push(`${scope}.spans[${index}].${error.message}`);
    }
  }
  return { spans, rejected, problems };
}

interface RawSpan {
  /** Where the span is in the document: `resourceSpans[0].scopeSpans[0]`, and its index there. */
  readonly scope: string;
  readonly index: number;
  readonly raw: unknown;
  readonly source: Source;
}

function* spansIn(document: unknown): Generator<RawSpan> {
  for (const [r, resourceSpans] of listOf(document, 'resourceSpans', '').entries()) {
    const place = `resourceSpans[${r}].`;
    const resource = readAttributes((Object(Object(resourceSpans).resource) as Json)['attributes']);
    for (const [s, scopeSpans] of listOf(resourceSpans, 'scopeSpans', place).entries()) {
      const scope = `${place}scopeSpans[${s}]`;
      const source = sourceOf(resource, Object(Object(scopeSpans).scope));
      for (const [index, raw] of listOf(scopeSpans, 'spans', `${scope}.`).entries()) yield { scope, index, raw, source };
    }
  }
}

function listOf(holder: unknown, key: string, at: string): readonly unknown[] {
  const list = isObject(holder) ? (holder[key] ?? []) : undefined;
  if (Array.isArray(list)) return list;
  throw new SvcError('trace/invalid', `This is no OTLP document: ${at}${key} must be a list`, {
    hint: 'Expected {"resourceSpans": [{"resource": …, "scopeSpans": [{"spans": [ … ]}]}]}',
  });
}

function sourceOf(resource: Source['resource'], scope: Json): Source {
  const service = resource.get('service.name');
  return {
    service: typeof service === 'string' && service !== '' ? service : 'unknown_service',
    resource,
    scope: { name: optionalText(scope['name']), version: optionalText(scope['version']) },
  };
}

/** One span breaks the rules; the message begins with the field. */
class Misfit extends Error {}

function readSpan(raw: unknown, source: Source): Span {
  if (!isObject(raw)) throw new Misfit('must be an object');
  return {
    traceId: readId(raw, 'traceId', 32),
    id: readId(raw, 'spanId', 16),
    parentId: isAbsent(raw['parentSpanId']) ? undefined : readId(raw, 'parentSpanId', 16),
    name: optionalText(raw['name']),
    kind: readEnum(raw, 'kind', SPAN_KINDS),
    start: readTime(raw, 'startTimeUnixNano'),
    end: readTime(raw, 'endTimeUnixNano'),
    status: readStatus(raw['status']),
    attributes: readAttributes(raw['attributes']),
    events: mapObjects(raw['events'], readEvent),
    links: mapObjects(raw['links'], readLink),
    source,
  };
}

/** An id of zeros is an invalid one (W3C Trace Context); as a parent it means that there is none. */
function isAbsent(id: unknown): boolean {
  return id === undefined || id === null || id === '' || id === '0000000000000000';
}

function readId(raw: Json, key: string, digits: number): string {
  const id = raw[key];
  if (typeof id === 'string' && id.length === digits && /^0*[1-9a-fA-F][0-9a-fA-F]*$/.test(id)) return id.toLowerCase();
  throw new Misfit(`${key} must be ${digits} hexadecimal digits, not all zero, and is ${quote(id)}`);
}

function readEnum<const Name extends string>(raw: Json, key: string, names: readonly [Name, ...Name[]]): Name {
  const name = names[typeof raw[key] === 'number' ? raw[key] : raw[key] === undefined ? 0 : -1];
  if (name !== undefined) return name;
  throw new Misfit(`${key} must be a number from 0 to ${names.length - 1} (OTLP JSON has no names of enums), and is ${quote(raw[key])}`);
}

function readTime(raw: Json, key: string): bigint {
  const value = raw[key];
  const written = typeof value === 'number' && Number.isInteger(value) ? BigInt(value).toString() : value;
  if (typeof written === 'string' && /^\d{1,20}$/.test(written)) {
    const time = BigInt(written);
    if (time > 0n && time <= LAST_TIME) return time;
  }
  throw new Misfit(`${key} must be nanoseconds since 1970 as decimal text, and is ${quote(value)}`);
}

function readStatus(status: unknown): SpanStatus {
  if (!isObject(status)) return { code: 'unset', message: '' };
  return { code: readEnum(status, 'code', STATUS_CODES), message: optionalText(status['message']) };
}

function readEvent(raw: Json): SpanEvent {
  return { name: optionalText(raw['name']), time: readTime(raw, 'timeUnixNano'), attributes: readAttributes(raw['attributes']) };
}

function readLink(raw: Json): SpanLink {
  return { traceId: readId(raw, 'traceId', 32), spanId: readId(raw, 'spanId', 16), attributes: readAttributes(raw['attributes']) };
}

const NONE: readonly never[] = [];

function mapObjects<Result>(list: unknown, read: (raw: Json) => Result): readonly Result[] {
  return Array.isArray(list) ? list.filter(isObject).map(read) : NONE;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function optionalText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Foreign text in a message: short, and on one line. */
function quote(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = typeof value === 'object' ? 'no plain value' : (JSON.stringify(value) ?? typeof value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** A span as OTLP JSON has it, without its resource and scope. */
export function writeSpan(span: Span): object {
  return {
    traceId: span.traceId,
    spanId: span.id,
    ...(span.parentId !== undefined && { parentSpanId: span.parentId }),
    name: span.name,
    kind: SPAN_KINDS.indexOf(span.kind),
    startTimeUnixNano: String(span.start),
    endTimeUnixNano: String(span.end),
    attributes: writeAttributes(span.attributes),
    ...(span.events.length > 0 && { events: span.events.map(writeEvent) }),
    ...(span.links.length > 0 && { links: span.links.map(writeLink) }),
    status: { code: STATUS_CODES.indexOf(span.status.code), ...(span.status.message && { message: span.status.message }) },
  };
}

function writeEvent({ name, time, attributes }: SpanEvent): object {
  return { timeUnixNano: String(time), name, attributes: writeAttributes(attributes) };
}

function writeLink({ traceId, spanId, attributes }: SpanLink): object {
  return { traceId, spanId, attributes: writeAttributes(attributes) };
}

/** The resource and the scope of spans, as OTLP JSON has them. */
export function writeSource({ resource, scope }: Source): { readonly resource: object; readonly scope: object } {
  return { resource: { attributes: writeAttributes(resource) }, scope };
}
