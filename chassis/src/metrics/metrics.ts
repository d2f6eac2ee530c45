import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface MetricsConfig {
  readonly service: string;
  readonly version: string;
}

export interface MetricOptions<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly L[];
}

export interface GaugeOptions<L extends string> extends MetricOptions<L> {
  collect?(gauge: Gauge<L>): void;
}

/** The metrics of one service. Each service of a process has its own. */
export interface Metrics {
  counter<L extends string = never>(options: MetricOptions<L>): Counter<L>;
  /** `collect` is asked at each scrape. */
  gauge<L extends string = never>(options: GaugeOptions<L>): Gauge<L>;
  /** Durations are in seconds; the buckets are those of OpenTelemetry. */
  histogram<L extends string = never>(options: MetricOptions<L> & { readonly buckets?: readonly number[] }): Histogram<L>;
  /** All of them in Prometheus text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** OpenTelemetry semantic conventions, `http.server.request.duration`. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Metrics with what every service tells of its process and of itself (service contract, section 3). */
export function createMetrics({ service, version }: MetricsConfig): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metrics = metricsOn(registry);
  metrics
    .gauge({ name: 'target_info', help: 'The service that tells these metrics', labels: ['service_name', 'service_version'] })
    .set({ service_name: service, service_version: version }, 1);
  return metrics;
}

function metricsOn(registry: Registry): Metrics {
  const registers = [registry];
  return {
    counter: ({ name, help, labels = [] }) => new Counter({ name, help, labelNames: labels, registers }),
    gauge: (options) => gaugeOn(registry, options),
    histogram: ({ name, help, labels = [], buckets = SECONDS }) =>
      new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function gaugeOn<L extends string>(registry: Registry, { name, help, labels = [], collect }: GaugeOptions<L>): Gauge<L> {
  const gauge: Gauge<L> = new Gauge({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    ...(collect && { collect: () => collect(gauge) }),
  });
  return gauge;
}
