import protobuf from 'protobufjs/minimal.js';

/**
 * OTLP's protobuf messages (opentelemetry-proto 1.x) as a table: field number, the name in OTLP JSON, and what it holds. Decoding
 * gives the JSON form, so that both encodings meet the same rules after this. Fields that svckit has no use for are skipped.
 */
interface Field {
  readonly name: string;
  readonly holds: Scalar | (() => Message);
  /** A list; what comes after that many is skipped without being built. */
  readonly atMost?: number;
}
type Message = Readonly<Record<number, Field>>;
type Scalar = keyof typeof SCALARS;

const SCALARS = {
  string: { wireType: 2, read: (reader: protobuf.Reader) => reader.string() },
  id: { wireType: 2, read: (reader: protobuf.Reader) => Buffer.from(reader.bytes()).toString('hex') },
  bytes: { wireType: 2, read: (reader: protobuf.Reader) => Buffer.from(reader.bytes()).toString('base64') },
  enum: { wireType: 0, read: (reader: protobuf.Reader) => reader.int32() },
  bool: { wireType: 0, read: (reader: protobuf.Reader) => reader.bool() },
  int64: { wireType: 0, read: (reader: protobuf.Reader) => reader.int64().toString() },
  fixed64: { wireType: 1, read: (reader: protobuf.Reader) => reader.fixed64().toString() },
  double: { wireType: 1, read: (reader: protobuf.Reader) => jsonNumber(reader.double()) },
} as const;
const MESSAGE_WIRE_TYPE = 2;

const MOST_ATTRIBUTES = 1_000;
const MOST_OF_ANYTHING = 1_000_000;

const LIST: Message = { 1: { name: 'values', holds: () => ANY_VALUE, atMost: MOST_ATTRIBUTES } };
const KEY_VALUES: Message = { 1: { name: 'values', holds: () => KEY_VALUE, atMost: MOST_ATTRIBUTES } };
const ANY_VALUE: Message = {
  1: { name: 'stringValue', holds: 'string' },
  2: { name: 'boolValue', holds: 'bool' },
  3: { name: 'intValue', holds: 'int64' },
  4: { name: 'doubleValue', holds: 'double' },
  5: { name: 'arrayValue', holds: () => LIST },
  6: { name: 'kvlistValue', holds: () => KEY_VALUES },
  7: { name: 'bytesValue', holds: 'bytes' },
};
const KEY_VALUE: Message = { 1: { name: 'key', holds: 'string' }, 2: { name: 'value', holds: () => ANY_VALUE } };
const ATTRIBUTES: Field = { name: 'attributes', holds: () => KEY_VALUE, atMost: MOST_ATTRIBUTES };
const STATUS: Message = { 2: { name: 'message', holds: 'string' }, 3: { name: 'code', holds: 'enum' } };
const EVENT: Message = { 1: { name: 'timeUnixNano', holds: 'fixed64' }, 2: { name: 'name', holds: 'string' }, 3: ATTRIBUTES };
const LINK: Message = { 1: { name: 'traceId', holds: 'id' }, 2: { name: 'spanId', holds: 'id' }, 4: ATTRIBUTES };
const SPAN: Message = {
  1: { name: 'traceId', holds: 'id' },
  2: { name: 'spanId', holds: 'id' },
  4: { name: 'parentSpanId', holds: 'id' },
  5: { name: 'name', holds: 'string' },
  6: { name: 'kind', holds: 'enum' },
  7: { name: 'startTimeUnixNano', holds: 'fixed64' },
  8: { name: 'endTimeUnixNano', holds: 'fixed64' },
  9: ATTRIBUTES,
  11: { name: 'events', holds: () => EVENT, atMost: MOST_ATTRIBUTES },
  13: { name: 'links', holds: () => LINK, atMost: MOST_ATTRIBUTES },
  15: { name: 'status', holds: () => STATUS },
};
const SCOPE: Message = { 1: { name: 'name', holds: 'string' }, 2: { name: 'version', holds: 'string' } };
const SCOPE_SPANS: Message = {
  1: { name: 'scope', holds: () => SCOPE },
  2: { name: 'spans', holds: () => SPAN, atMost: MOST_OF_ANYTHING },
};
const RESOURCE_SPANS: Message = {
  1: { name: 'resource', holds: () => ({ 1: ATTRIBUTES }) },
  2: { name: 'scopeSpans', holds: () => SCOPE_SPANS, atMost: MOST_OF_ANYTHING },
};
const EXPORT_REQUEST: Message = { 1: { name: 'resourceSpans', holds: () => RESOURCE_SPANS, atMost: MOST_OF_ANYTHING } };

/** Deeper values are skipped: OTLP itself is six deep, an attribute's value adds two a level. */
const DEEPEST = 24;

/** The bytes are no export request. */
export class MalformedProtobuf extends Error {}
/** They are one, of more messages than were allowed. */
export class TooManyMessages extends Error {}

/**
 * An ExportTraceServiceRequest in OTLP's JSON form.
 * @param most how many messages may be built: a byte of protobuf can stand for a hundred in memory
 * @throws MalformedProtobuf, TooManyMessages
 */
export function decodeExportRequest(bytes: Uint8Array, most: number): unknown {
  const decoder = { reader: protobuf.Reader.create(bytes), left: most };
  try {
    return decode(decoder, EXPORT_REQUEST, { end: bytes.length, depth: 0 });
  } catch (error) {
    if (error instanceof TooManyMessages) throw error;
    throw new MalformedProtobuf(error instanceof Error ? error.message : String(error));
  }
}

interface Decoder {
  readonly reader: protobuf.Reader;
  left: number;
}

function decode(decoder: Decoder, message: Message, { end, depth }: { readonly end: number; readonly depth: number }): object {
  if (decoder.left-- === 0) throw new TooManyMessages();
  const { reader } = decoder;
  const result: Record<string, unknown> = {};
  while (reader.pos < end) {
    const tag = reader.uint32();
    const field = message[tag >>> 3];
    if (!field || !matches(field, tag & 7) || isFull(result, field) || depth > DEEPEST) reader.skipType(tag & 7, 0, tag >>> 3);
    else put(result, field, readField(decoder, field, depth));
  }
  if (reader.pos !== end) throw new Error('a message ends inside a field');
  return result;
}

function matches({ holds }: Field, wireType: number): boolean {
  return wireType === (typeof holds === 'string' ? SCALARS[holds].wireType : MESSAGE_WIRE_TYPE);
}

function readField(decoder: Decoder, { holds }: Field, depth: number): unknown {
  const { reader } = decoder;
  if (typeof holds === 'string') return SCALARS[holds].read(reader);
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new Error('a message is cut off');
  return decode(decoder, holds(), { end, depth: depth + 1 });
}

function isFull(result: Readonly<Record<string, unknown>>, { name, atMost }: Field): boolean {
  const list = result[name];
  return atMost !== undefined && Array.isArray(list) && list.length >= atMost;
}

function put(result: Record<string, unknown>, { name, atMost }: Field, value: unknown): void {
  if (atMost === undefined) result[name] = value;
  else if (Array.isArray(result[name])) result[name].push(value);
  else result[name] = [value];
}

/** As protobuf's JSON mapping writes what JSON has no number for. */
function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** An ExportTraceServiceResponse; empty bytes where every span was taken. */
export function encodeExportResponse({ rejected, message }: { readonly rejected: number; readonly message: string }): Uint8Array {
  const writer = protobuf.Writer.create();
  if (rejected > 0) writer.uint32(10).fork().uint32(8).int64(rejected).uint32(18).string(message).ldelim();
  return writer.finish();
}

/** A google.rpc.Status: how OTLP tells of a failure. */
export function encodeStatus({ code, message }: { readonly code: number; readonly message: string }): Uint8Array {
  return protobuf.Writer.create().uint32(8).int32(code).uint32(18).string(message).finish();
}
