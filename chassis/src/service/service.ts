import { readFileSync } from 'node:fs';
import { bounded } from '../bounded.ts';
import { BASE_FIELDS } from '../config/base.ts';
import { type Env, environment, readGroups } from '../config/config.ts';
import type { ConfigOf, Fields } from '../config/fields.ts';
import { parseContract } from '../http/contract.ts';
import type { HandlerTable } from '../http/handlers.ts';
import { createHealth, type Health } from '../http/health.ts';
import type { Listener } from '../http/listener.ts';
import { createHttpServer } from '../http/server.ts';
import { createLogger } from '../logs/logs.ts';
import { type LogOutput, standardOutput } from '../logs/output.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { startTelemetry, type Telemetry, type TelemetryConfig } from '../telemetry/telemetry.ts';
import { type Identity, identityBeside } from './identity.ts';
import type { Needs, Tools, ValuesOf } from './need.ts';
import { type RunningNeeds, startNeeds } from './start-needs.ts';
import { startWorkers, stopWorkers, type Worker } from './worker.ts';

/** What a service is made of. */
export interface Definition<N extends Needs, F extends Fields> {
  /** Its OpenAPI 3.1 document. */
  readonly contract: URL;
  /** Default: the name in the package.json beside the contract, without its scope. */
  readonly name?: string;
  readonly needs?: N;
  /** Settings of its own. */
  readonly config?: F;
  /** One handler for each operation of the contract. */
  handlers(needs: ValuesOf<N>, tools: Tools & { readonly config: ConfigOf<F> }): HandlerTable;
  /** What it does beside answering requests. */
  workers?(needs: ValuesOf<N>, tools: Tools & { readonly config: ConfigOf<F> }): readonly Worker[];
}

export interface ServiceOptions {
  readonly env?: Env;
  /** Whether an answer that breaks the contract is a failure. Default: `NODE_ENV` is `test`. */
  readonly checkResponses?: boolean;
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal;
  /** Where log lines go; standard output by default. */
  readonly output?: LogOutput;
}

export interface Service {
  /** By what its package.json says; the environment may give another name. */
  readonly identity: Identity;
  /**
   * Starts it, and resolves when it serves.
   * @throws ConfigError, or what else keeps it from starting; nothing is left running then
   */
  start(): Promise<RunningService>;
  /**
   * Brings up to date what it needs, a database by its migrations, and lets go of it: it serves nothing.
   * @throws as `start`
   */
  prepare(): Promise<void>;
}

export interface RunningService {
  /** Its base URL on this machine. */
  readonly url: string;
  readonly config: ConfigOf<typeof BASE_FIELDS>;
  /** Finishes what is under way, then lets go of everything (service contract, section 8). */
  stop(): Promise<void>;
}

export type CreateService = (options?: ServiceOptions) => Service;

/** What workers get to stop in where requests have used up the time for it. */
const WORKERS_LAST_MS = 1_000;

/** Defines a service. Nothing happens until the service that is created from it is started. */
export function service<const N extends Needs = Readonly<Record<never, never>>, const F extends Fields = Readonly<Record<never, never>>>(
  definition: Definition<N, F>,
): CreateService {
  return createFrom(definition.contract, definition.name, (): Blueprint => {
    const known = definition as unknown as Definition<Needs, Fields>;
    return {
      needs: known.needs ?? {},
      config: known.config ?? {},
      open: (parts) => openService(known, parts),
      workers: (needs, tools) => known.workers?.(needs as ValuesOf<Needs>, tools) ?? [],
    };
  });
}

/** What is served behind the port of a process: the operations of a contract, or the routes of a gateway. */
export interface Blueprint {
  readonly needs: Needs;
  readonly config: Fields;
  open(parts: OpenParts): Promise<Front>;
  workers(needs: NeedValues, tools: OwnTools): readonly Worker[];
}

type NeedValues = Readonly<Record<string, unknown>>;
type OwnTools = Tools & { readonly config: ConfigOf<Fields> };

export interface OpenParts extends Tools {
  readonly health: Health;
  readonly checkResponses: boolean;
}

/** A server that listens at once, and answers 503 until it is told to serve. */
export interface Front extends Pick<Listener, 'listen' | 'close'> {
  serve(needs: NeedValues, tools: OwnTools): void;
}

/**
 * A service by its blueprint, which is drawn when the service is started: what is wrong with it is told as any failed start.
 * @param beside a file next to its package.json
 */
export function createFrom(beside: URL, name: string | undefined, draw: () => Blueprint): CreateService {
  return (options = {}) => {
    const found = identityBeside(beside);
    const identity = { ...found, service: name ?? found.service };
    return {
      identity,
      start: async () => start(draw(), identity, options),
      prepare: async () => prepare(draw(), identity, options),
    };
  };
}

async function openService(definition: Definition<Needs, Fields>, parts: OpenParts): Promise<Front> {
  const contract = parseContract(readFileSync(definition.contract, 'utf8'));
  const server = await createHttpServer({ ...parts, contract });
  return { ...server, serve: (needs, tools) => server.serve(definition.handlers(needs as ValuesOf<Needs>, tools)) };
}

/** A service with its configuration read: nothing runs yet. */
interface Configured {
  readonly blueprint: Blueprint;
  readonly identity: Identity;
  readonly base: ConfigOf<typeof BASE_FIELDS>;
  readonly own: ConfigOf<Fields>;
  readonly needs: Readonly<Record<string, unknown>>;
  readonly secrets: readonly string[];
  readonly checkResponses: boolean;
}

/** What runs of a service, to be let go of in this order. */
interface Parts {
  readonly health: Health;
  readonly server: Front;
  readonly needs?: RunningNeeds;
  readonly workers?: readonly Worker[];
  readonly telemetry: Telemetry;
  readonly output: LogOutput;
}

async function prepare(blueprint: Blueprint, found: Identity, options: ServiceOptions): Promise<void> {
  const configured = configure(blueprint, found, options);
  const output = options.output ?? standardOutput();
  const telemetry = startTelemetry(telemetryConfig(configured));
  const tools = toolsOf(configured, { output, telemetry });
  const signal = options.signal ?? new AbortController().signal;
  try {
    const needs = await startNeeds(blueprint.needs, { ...tools, health: createHealth(), signal, config: configured.needs });
    await needs.stop();
    tools.log.info('prepared');
  } finally {
    await telemetry.stop();
    await output.flush();
  }
}

async function start(blueprint: Blueprint, found: Identity, options: ServiceOptions): Promise<RunningService> {
  const configured = configure(blueprint, found, options);
  const output = options.output ?? standardOutput();
  const telemetry = startTelemetry(telemetryConfig(configured));
  const tools = toolsOf(configured, { output, telemetry });
  const health = createHealth();
  const server = await blueprint.open({ ...tools, health, checkResponses: configured.checkResponses });
  const parts = { health, server, telemetry, output };
  try {
    return await serve(configured, { ...tools, ...parts, signal: options.signal ?? new AbortController().signal });
  } catch (error) {
    await shutDown({ ...tools, ...parts }, 0);
    throw error;
  }
}

function toolsOf(
  { identity, base, secrets }: Configured,
  { output, telemetry }: { readonly output: LogOutput; readonly telemetry: Telemetry },
): Tools {
  return {
    log: createLogger({ ...identity, level: base.logLevel, secrets }, output),
    metrics: createMetrics(identity),
    tracer: telemetry.tracer,
  };
}

function configure(blueprint: Blueprint, found: Identity, options: ServiceOptions): Configured {
  const env = options.env ?? process.env;
  const needs = Object.entries(blueprint.needs);
  const needFields: Readonly<Record<string, Fields>> = Object.fromEntries(needs.map(([name, { fields }]) => [`needs.${name}`, fields]));
  const groups: Readonly<Record<string, Fields>> = { ...needFields, base: BASE_FIELDS, own: blueprint.config };
  const { values, secrets } = readGroups(groups, environment(env));
  const base = values['base'] as Configured['base'];
  return {
    blueprint,
    identity: {
      service: base.serviceName ?? base.resourceAttributes['service.name'] ?? found.service,
      version: base.resourceAttributes['service.version'] ?? found.version,
    },
    base,
    own: values['own'] ?? {},
    needs: Object.fromEntries(needs.map(([name]) => [name, values[`needs.${name}`]])),
    secrets,
    checkResponses: options.checkResponses ?? (env['NODE_ENV'] ?? process.env['NODE_ENV']) === 'test',
  };
}

function telemetryConfig({ identity, base }: Configured): TelemetryConfig {
  return { ...identity, attributes: base.resourceAttributes, endpoint: base.otlpEndpoint, sampler: base.sampler, ratio: base.samplerRatio };
}

/** Listens at once, starts the needs, then lets requests in. */
async function serve(configured: Configured, parts: Parts & Tools & { readonly signal: AbortSignal }): Promise<RunningService> {
  const { blueprint, base, own } = configured;
  const { server, health, log } = parts;
  const url = await server.listen(base.port, base.host);
  const needs = await startNeeds(blueprint.needs, { ...parts, config: configured.needs });
  let workers: readonly Worker[];
  try {
    const tools = { ...parts, config: own };
    server.serve(needs.values, tools);
    workers = [...needs.workers, ...blueprint.workers(needs.values, tools)];
    parts.signal.throwIfAborted();
  } catch (error) {
    await needs.stop();
    throw error;
  }
  startWorkers(workers);
  health.started(needs.probes);
  log.info({ url }, 'started');
  let stopped: Promise<void> | undefined;
  const stop = () => {
    log.info('stopping');
    return shutDown({ ...parts, needs, workers }, base.drainTimeoutMs);
  };
  return {
    url,
    config: base,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

async function shutDown(parts: Parts & Pick<Tools, 'log'>, drainMs: number): Promise<void> {
  const { health, server, needs, workers = [], telemetry, output, log } = parts;
  health.stopping();
  const until = performance.now() + drainMs;
  await server.close(drainMs);
  await bounded(Math.max(WORKERS_LAST_MS, until - performance.now()), stopWorkers(workers, log), () => undefined);
  await needs?.stop();
  await telemetry.stop();
  await output.flush();
}
