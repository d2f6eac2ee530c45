import type { Attributes, AttributeValue } from './span.ts';

/** Values nested deeper than this are left out: no instrumentation needs them, and hostile input has them by the million. */
const DEEPEST_VALUE = 8;

/** OTLP JSON's list of `{ key, value }` as a map; entries without a key are left out, and the last of a key counts. */
export function readAttributes(list: unknown, depth = 0): Attributes {
  const attributes = new Map<string, AttributeValue>();
  for (const entry of Array.isArray(list) ? list : []) {
    const { key, value } = Object(entry) as { key?: unknown; value?: unknown };
    if (typeof key === 'string' && key !== '') attributes.set(key, readValue(value, depth));
  }
  return attributes;
}

/** OTLP's AnyValue: an object with one member that says the type. */
function readValue(value: unknown, depth: number): AttributeValue {
  const any = Object(value) as Readonly<Record<string, unknown>>;
  if (typeof any['stringValue'] === 'string') return any['stringValue'];
  if (any['intValue'] !== undefined) return readInteger(any['intValue']);
  if (typeof any['boolValue'] === 'boolean') return any['boolValue'];
  if (any['doubleValue'] !== undefined) return readDouble(any['doubleValue']);
  if (typeof any['bytesValue'] === 'string') return Buffer.from(any['bytesValue'], 'base64');
  return readNested(any, depth + 1);
}

function readNested(any: Readonly<Record<string, unknown>>, depth: number): AttributeValue {
  if (depth > DEEPEST_VALUE) return undefined;
  const list = (any['arrayValue'] as { values?: unknown } | undefined)?.values;
  if (Array.isArray(list)) return list.map((value) => readValue(value, depth));
  if (any['arrayValue'] !== undefined) return [];
  if (any['kvlistValue'] !== undefined) return readAttributes((any['kvlistValue'] as { values?: unknown } | null)?.values, depth);
  return undefined;
}

/** 64-bit integers are decimal text in OTLP JSON; numbers are accepted, and what a double cannot hold stays exact. */
function readInteger(value: unknown): AttributeValue {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^-?\d{1,19}$/.test(value)) return undefined;
  const exact = BigInt(value);
  const near = Number(exact);
  return Number.isSafeInteger(near) ? near : exact;
}

/** JSON has no word for these three; protobuf's JSON mapping writes them as text. */
function readDouble(value: unknown): AttributeValue {
  if (typeof value === 'number') return value;
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : undefined;
}

export function writeAttributes(attributes: Attributes): readonly unknown[] {
  return Array.from(attributes, ([key, value]) => ({ key, value: writeValue(value) }));
}

function writeValue(value: AttributeValue): unknown {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return { intValue: String(value) };
  if (typeof value === 'number') return { doubleValue: Number.isFinite(value) ? value : String(value) };
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (value instanceof Map) return { kvlistValue: { values: writeAttributes(value) } };
  return Array.isArray(value) ? { arrayValue: { values: value.map(writeValue) } } : {};
}

/** An attribute's value on one line, for a person. */
export function showValue(value: AttributeValue): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Map) return `{${Array.from(value, ([key, inner]) => `${key}: ${showValue(inner)}`).join(', ')}}`;
  if (Array.isArray(value)) return `[${value.map(showValue).join(', ')}]`;
  return value === undefined ? '' : String(value);
}
