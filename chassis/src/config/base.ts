import { choice, field, integer, text, url } from './fields.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type SamplerName = (typeof SAMPLERS)[number];

/** The variables that every service reads (service contract, section 1). */
export const BASE_FIELDS = {
  port: integer('PORT', { default: 8080, min: 0, max: 65_535 }),
  host: text('HOST', { default: '0.0.0.0' }),
  logLevel: choice('LOG_LEVEL', LOG_LEVELS, { default: 'info' }),
  drainTimeoutMs: integer('DRAIN_TIMEOUT_MS', { default: 20_000, min: 0, max: 3_600_000 }),
  serviceName: text('OTEL_SERVICE_NAME', { optional: true }),
  resourceAttributes: field('OTEL_RESOURCE_ATTRIBUTES', parseAttributes, { default: {} }),
  otlpEndpoint: url('OTEL_EXPORTER_OTLP_ENDPOINT', { optional: true }),
  sampler: choice('OTEL_TRACES_SAMPLER', SAMPLERS, { default: 'parentbased_always_on' }),
  samplerRatio: field('OTEL_TRACES_SAMPLER_ARG', parseRatio, { default: 1 }),
};

/** `service.version=1.2.0,team=shop`, values percent-encoded, as OpenTelemetry defines it. */
function parseAttributes(value: string): Readonly<Record<string, string>> {
  return Object.fromEntries(value.split(',').map(parseAttribute));
}

function parseAttribute(pair: string): readonly [string, string] {
  const [, key, raw] = /^\s*([^=\s]+)\s*=\s*([^=]*?)\s*$/.exec(pair) ?? [];
  if (key === undefined || raw === undefined) throw new Error('must be a list of key=value, divided by commas');
  try {
    return [key, decodeURIComponent(raw)];
  } catch {
    throw new Error(`has a value for ${key} that is not percent-encoded text`);
  }
}

function parseRatio(value: string): number {
  const ratio = Number(value);
  if (!/^[\d.]+$/.test(value) || !(ratio >= 0 && ratio <= 1)) throw new Error('must be a number from 0 to 1');
  return ratio;
}
