import { type Attributes, context, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { bounded } from '../bounded.ts';
import type { SamplerName } from '../config/base.ts';
import { otlpExporter } from './exporter.ts';

export { parseTraceparent, traceHeaders } from './traceparent.ts';

/** Spans are on their way within a second, so that a developer who looks for a trace finds it. */
const BATCH_DELAY_MS = 1_000;
const FLUSH_TIMEOUT_MS = 3_000;

export interface TelemetryConfig {
  readonly service: string;
  readonly version: string;
  /** Further attributes of the resource. */
  readonly attributes?: Attributes;
  /** Base address of an OTLP/HTTP receiver; without it spans are made, propagated, and dropped. */
  readonly endpoint?: URL | undefined;
  readonly sampler?: SamplerName;
  /** For the ratio samplers, from 0 to 1. */
  readonly ratio?: number;
}

export interface Telemetry {
  readonly tracer: Tracer;
  /** Sends what is left, for at most three seconds, and ends the export. */
  stop(): Promise<void>;
}

/** Starts tracing. Nothing is patched: spans are made where the code says so. */
export function startTelemetry(config: TelemetryConfig): Telemetry {
  // One manager serves all services of a process: it holds no state of theirs.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const resource = { ...config.attributes, 'service.name': config.service, 'service.version': config.version };
  const processors = config.endpoint ? [batches(config.endpoint, resource)] : [];
  const sampler = samplerOf(config.sampler ?? 'parentbased_always_on', config.ratio ?? 1);
  const provider = new TracerProvider({ sampler, spanProcessors: processors, forceFlushTimeoutMillis: FLUSH_TIMEOUT_MS });
  return {
    tracer: provider.getTracer('@svckit/chassis'),
    stop: () => bounded(FLUSH_TIMEOUT_MS, provider.shutdown(), () => undefined).catch(() => undefined),
  };
}

function batches(endpoint: URL, resource: Attributes): BatchSpanProcessor {
  return new BatchSpanProcessor({ exporter: otlpExporter(endpoint, resource), scheduledDelayMillis: BATCH_DELAY_MS });
}

function samplerOf(name: SamplerName, ratio: number): Sampler {
  const root = rootSampler(name.replace('parentbased_', ''), ratio);
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(name: string, ratio: number): Sampler {
  if (name === 'always_off') return new AlwaysOffSampler();
  return name === 'traceidratio' ? new TraceIdRatioBasedSampler(ratio) : new AlwaysOnSampler();
}
