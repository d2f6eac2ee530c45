import { type Context, context, type Span, type SpanOptions, type Tracer, trace } from '@opentelemetry/api';
import { type Clock, createClock } from './clock.ts';
import { newSpanId, newTraceId } from './ids.ts';
import type { Sampler } from './sampler.ts';
import { milliseconds, RecordedSpan, type SpanData } from './span.ts';

const SAMPLED = 1;
const NOT_SAMPLED = 0;
const INTERNAL = 0;

export interface TracerParts {
  readonly sampler: Sampler;
  readonly now?: Clock;
  onEnd(span: SpanData): void;
}

/** A tracer of the OpenTelemetry API, for whatever is instrumented by it. */
export function createTracer({ sampler, onEnd, now = createClock() }: TracerParts): Tracer {
  const startSpan = (name: string, options: SpanOptions = {}, within: Context = context.active()): Span => {
    const found = options.root ? undefined : trace.getSpanContext(within);
    const parent = found && trace.isSpanContextValid(found) ? found : undefined;
    const traceId = parent?.traceId ?? newTraceId();
    const sampled = sampler(traceId, parent);
    const state = parent?.traceState;
    const own = { traceId, spanId: newSpanId(), traceFlags: sampled ? SAMPLED : NOT_SAMPLED, ...(state && { traceState: state }) };
    if (!sampled) return trace.wrapSpanContext(own);
    const span = new RecordedSpan({
      name,
      kind: options.kind ?? INTERNAL,
      context: own,
      parentId: parent?.spanId,
      attributes: options.attributes,
      startedAt: milliseconds(options.startTime, now),
      now,
      onEnd,
    });
    return options.links ? span.addLinks(options.links) : span;
  };
  return { startSpan, startActiveSpan: activating(startSpan) };
}

/** The API's `startActiveSpan(name, [options], [context], work)`. */
function activating(startSpan: Tracer['startSpan']): Tracer['startActiveSpan'] {
  return (name: string, ...rest: readonly unknown[]) => {
    const work = rest.at(-1) as (span: Span) => never;
    const [options, within = context.active()] = rest.slice(0, -1) as [SpanOptions?, Context?];
    const span = startSpan(name, options, within);
    return context.with(trace.setSpan(within, span), work, undefined, span);
  };
}
