import type { SpanContext } from '@opentelemetry/api';
import type { SamplerName } from '../config/base.ts';

/** Whether a span is recorded: by its parent, if it has one, and its trace id. */
export type Sampler = (traceId: string, parent: SpanContext | undefined) => boolean;

const SAMPLED = 1;

/** A sampler by its OpenTelemetry name; `ratio` from 0 to 1 is for those that have one. */
export function createSampler(name: SamplerName, ratio: number): Sampler {
  const root = rootSampler(name.replace('parentbased_', ''), ratio);
  if (!name.startsWith('parentbased_')) return root;
  return (traceId, parent) => (parent ? (parent.traceFlags & SAMPLED) === SAMPLED : root(traceId, undefined));
}

function rootSampler(name: string, ratio: number): Sampler {
  if (name === 'always_off') return () => false;
  return name === 'traceidratio' ? ratioSampler(ratio) : () => true;
}

/** All services of a system choose the same traces: the choice lies in the trace id, of which the last seven bytes are random. */
function ratioSampler(ratio: number): Sampler {
  const threshold = ratio * 2 ** 52;
  return (traceId) => Number.parseInt(traceId.slice(-13), 16) < threshold;
}
