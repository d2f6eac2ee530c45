import { createTraceState, type SpanContext } from '@opentelemetry/api';

// https://www.w3.org/TR/trace-context/ : version 00 has exactly four fields, later versions may have more.
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const MEMBER =
  /^[ \t]*(?:(?:[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e])?[ \t]*$/;
const MOST_MEMBERS = 32;
const SAMPLED = 1;

/** The caller's span by its `traceparent` and `tracestate` headers; undefined where the first is missing or broken. */
export function parseTraceparent(traceparent: unknown, tracestate?: unknown): SpanContext | undefined {
  if (typeof traceparent !== 'string') return undefined;
  const [, version, traceId, spanId, flags, rest] = TRACEPARENT.exec(traceparent) ?? [];
  if (!traceId || !spanId || !flags || (version === '00' && rest !== undefined)) return undefined;
  const parent: SpanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & SAMPLED, isRemote: true };
  return typeof tracestate === 'string' && isTracestate(tracestate) ? { ...parent, traceState: createTraceState(tracestate) } : parent;
}

/** The headers that tell a callee of a span. */
export function traceHeaders({ traceId, spanId, traceFlags, traceState }: SpanContext): Record<string, string> {
  const traceparent = `00-${traceId}-${spanId}-${(traceFlags & SAMPLED) === SAMPLED ? '01' : '00'}`;
  const tracestate = traceState?.serialize();
  return tracestate ? { traceparent, tracestate } : { traceparent };
}

/** One broken member makes the whole header void. */
function isTracestate(header: string): boolean {
  const members = header.split(',');
  return members.length <= MOST_MEMBERS && members.every((member) => MEMBER.test(member));
}
