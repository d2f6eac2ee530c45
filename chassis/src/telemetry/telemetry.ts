import { type Attributes, diag, type Tracer } from '@opentelemetry/api';
import { bounded } from '../bounded.ts';
import type { SamplerName } from '../config/base.ts';
import { createBatch } from './batch.ts';
import { followContext } from './context-manager.ts';
import { otlpBody } from './otlp.ts';
import { createSampler } from './sampler.ts';
import { otlpSender } from './sender.ts';
import type { SpanData } from './span.ts';
import { createTracer } from './tracer.ts';

export { parseTraceparent, traceHeaders } from './traceparent.ts';

const SCOPE = '@svckit/chassis';
/** Spans are on their way within a second, so that a developer who looks for a trace finds it. */
const BATCH = { delayMs: 1_000, size: 512, mostWaiting: 4_096 };
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
  followContext();
  const sampler = createSampler(config.sampler ?? 'parentbased_always_on', config.ratio ?? 1);
  if (!config.endpoint) return { tracer: createTracer({ sampler, onEnd: () => {} }), stop: async () => undefined };
  const { add, stop } = startExport(config.endpoint, {
    ...config.attributes,
    'service.name': config.service,
    'service.version': config.version,
    'telemetry.sdk.language': 'nodejs',
  });
  return { tracer: createTracer({ sampler, onEnd: add }), stop };
}

function startExport(endpoint: URL, resource: Attributes) {
  const sender = otlpSender(endpoint);
  const batch = createBatch<SpanData>({
    ...BATCH,
    async handOn(spans) {
      const outcome = await sender.send(otlpBody(resource, SCOPE, spans));
      if (outcome !== 'accepted') diag.warn(`${spans.length} spans were ${outcome} by ${endpoint.href}`);
    },
  });
  const stop = async () => {
    sender.hurry();
    await bounded(FLUSH_TIMEOUT_MS, batch.flush(), () => undefined);
    sender.close();
  };
  return { add: batch.add, stop };
}
