import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tracer } from '@opentelemetry/api';
import { Agent } from 'undici';
import { createWatch } from '../http/deadline.ts';
import { callMetrics } from '../http-client/call-metrics.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Need } from '../service/need.ts';
import { type Blueprint, type CreateService, createFrom } from '../service/service.ts';
import type { AuthParts } from './auth/authenticate.ts';
import { fetchKeySet } from './auth/fetch-keys.ts';
import { createTokenChecker } from './auth/tokens.ts';
import { type CacheStore, memoryCache } from './cache/store.ts';
import { type OwnPage, openFront, type Serving } from './front.ts';
import { memoryStore } from './limits/store.ts';
import { apiPages } from './openapi/pages.ts';
import { PURGE_PATH, purgePage } from './pages.ts';
import { compileRoutes, type RouteTable } from './routes/compile.ts';
import { readRoutes } from './routes/read.ts';
import { type Settings, settingsOf } from './settings.ts';
import { type BackendService, createBackend } from './upstream/backend.ts';

/** What a gateway is made of. */
export interface GatewayDefinition {
  /** Its HTTPRoute and RoutePolicy objects, YAML. */
  readonly routes: URL;
  /** A folder with the OpenAPI document of each backend, `<name>.yaml`; what the routes expose of them is served as one. */
  readonly apis?: URL;
  /** Default: the name in the package.json beside the routes, without its scope. */
  readonly name?: string;
}

/**
 * Defines an API gateway: its behaviour is declared in the routes file, and it runs as any other service of the chassis.
 * Starting it rejects with ConfigError where the file holds anything that is not understood, with file and line.
 */
export function gateway(definition: GatewayDefinition): CreateService {
  return createFrom(definition.routes, definition.name, () => draw(definition));
}

function draw({ routes, apis }: GatewayDefinition): Blueprint {
  const table = compileRoutes(readRoutes(readFileSync(routes, 'utf8'), basename(fileURLToPath(routes))));
  const documents = apiPages(table, apis);
  return {
    needs: { backends: backends(table) },
    config: settingsOf(table),
    workers: () => [],
    open: async (parts) =>
      openFront(parts, table, ([needs, { config, log }]) => {
        const settings = config as unknown as Settings;
        const cache = memoryCache(settings.cacheBytes);
        return {
          backends: needs['backends'] as Serving['backends'],
          auth: authParts(settings, (error) => log.warn({ error }, 'The keys that tokens are checked with cannot be fetched')),
          limits: memoryStore(),
          cache,
          pages: new Map([...documents, ...purgePages(settings, cache)]),
          trustedHops: settings.trustedHops,
        };
      }),
  };
}

function authParts({ issuer, audience, jwksUrl, algorithms = [], apiKeys = [] }: Settings, failed: (error: unknown) => void): AuthParts {
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) return { tokens: undefined, apiKeys };
  const tokens = createTokenChecker({ issuer, audience, algorithms, fetchKeys: () => fetchKeySet(jwksUrl), now: Date.now, failed });
  return { tokens, apiKeys };
}

function purgePages({ purgeKey }: Settings, cache: CacheStore): readonly (readonly [string, OwnPage])[] {
  return purgeKey === undefined ? [] : [[PURGE_PATH, purgePage(cache, purgeKey)]];
}

const IDLE_MS = 4_000;
const CONNECT_MS = 2_000;
const MOST_CONNECTIONS = 256;

/** The services behind the gateway. What is behind them is no part of its readiness: one that is down fails its own routes. */
function backends(table: RouteTable): Need<ReadonlyMap<string, BackendService>> {
  const fields = Object.fromEntries(Object.entries(settingsOf(table)).filter(([key]) => key.startsWith('url:')));
  return {
    fields,
    async start({ config, metrics, tracer }) {
      // Deadlines are ours: undici's own would cost a timer a request.
      const dispatcher = new Agent({
        connections: MOST_CONNECTIONS,
        keepAliveTimeout: IDLE_MS,
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: { timeout: CONNECT_MS },
      });
      const urlsOf = (name: string) => (config as unknown as Settings)[`url:${name}`];
      const value = new Map(
        table.backends.map((name) => [name, backendOf({ name, urls: urlsOf(name) ?? [], dispatcher, metrics, tracer })]),
      );
      return { value, stop: () => dispatcher.close() };
    },
  };
}

interface BackendTools {
  readonly name: string;
  readonly urls: readonly URL[];
  readonly dispatcher: Agent;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
}

function backendOf({ name, urls, dispatcher, metrics, tracer }: BackendTools): BackendService {
  return createBackend({
    peer: name,
    urls: urls.map(({ href }) => href.replace(/\/$/, '')),
    tracer,
    metrics: callMetrics(metrics),
    dispatcher,
    watch: createWatch(),
    now: () => performance.now(),
  });
}
