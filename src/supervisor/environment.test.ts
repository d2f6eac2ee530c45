import { expect, it } from 'vitest';
import type { Workload } from '../workload/workload.ts';
import { declaredVariables, localVariables, needsDatabase, needsEvents, type Provided } from './environment.ts';

const DATABASE = 'postgres://orders:s%C3%A9cret@127.0.0.1:5500/orders';
const EVENTS = 'postgres://svckit_events:secret@127.0.0.1:5500/svckit_events';

function workload(resources: Readonly<Record<string, string>>, variables: Readonly<Record<string, string>>): Workload {
  const container = { name: 'main', image: '.', command: undefined, args: undefined, variables, files: [], volumes: [], before: {} };
  const unsaid = { livenessProbe: undefined, readinessProbe: undefined, requests: undefined, limits: undefined };
  return {
    name: 'orders',
    kind: 'service',
    schedule: undefined,
    migrate: undefined,
    build: undefined,
    run: ['node', 'main.js'],
    watch: [],
    ports: [],
    containers: [{ ...container, ...unsaid }],
    resources: Object.entries(resources).map(([name, type]) => ({ name, type, id: undefined, params: {} })),
  };
}

const provided = (given: Partial<Provided> = {}): Provided => ({
  database: DATABASE,
  events: EVENTS,
  services: new Map([['products', 'http://127.0.0.1:21000']]),
  env: {},
  ...given,
});

it('fills in the database and the addresses of the services that are called', () => {
  const variables = {
    DATABASE_URL: '${resources.db.url}',
    PRODUCTS_URL: '${resources.products.url}',
    LOG_LEVEL: 'debug',
    ME: '${metadata.name}',
  };
  expect(declaredVariables(workload({ db: 'postgres', products: 'service' }, variables), provided())).toEqual({
    DATABASE_URL: DATABASE,
    PRODUCTS_URL: 'http://127.0.0.1:21000',
    LOG_LEVEL: 'debug',
    ME: 'orders',
  });
});

it('gives the parts of an address to those who want them apart', () => {
  const variables = {
    WHERE: '${resources.db.host}:${resources.db.port}/${resources.db.name}',
    WHO: '${resources.db.username}/${resources.db.password}',
  };
  expect(declaredVariables(workload({ db: 'postgres' }, variables), provided())).toEqual({
    WHERE: '127.0.0.1:5500/orders',
    WHO: 'orders/sécret',
  });
});

it.each([
  ['for all services', { DATABASE_URL: 'postgres://mine/db' }],
  ['for this one', { DATABASE_URL: 'postgres://other/db', ORDERS_DATABASE_URL: 'postgres://mine/db' }],
])('lets a database win that is set by hand %s', (_, env) => {
  const of = workload({ db: 'postgres' }, { DATABASE_URL: '${resources.db.url}' });
  expect(needsDatabase(of, env)).toBe(false);
  expect(declaredVariables(of, provided({ env, database: undefined }))).toEqual({ DATABASE_URL: 'postgres://mine/db' });
});

it('passes a cache on where one is set, and gives the database where none is', () => {
  const of = workload({ cache: 'redis' }, { CACHE_URL: '${resources.cache.url}' });
  expect(needsDatabase(of, {})).toBe(true);
  expect(declaredVariables(of, provided())).toEqual({ CACHE_URL: DATABASE });
  expect(needsDatabase(of, { REDIS_URL: 'redis://r' })).toBe(false);
  expect(declaredVariables(of, provided({ env: { REDIS_URL: 'redis://r' } }))).toEqual({ CACHE_URL: 'redis://r' });
});

it.each([
  ['the log that services share', {}, EVENTS],
  ['that log, whatever database one service has', { ORDERS_DATABASE_URL: 'postgres://mine/db' }, EVENTS],
  ['the database that is set for all services', { DATABASE_URL: 'postgres://ours/db' }, 'postgres://ours/db'],
  ['the broker that is set', { KAFKA_URL: 'kafka://k', DATABASE_URL: 'postgres://ours/db' }, 'kafka://k'],
])('gives for events %s', (_, env, url) => {
  const of = workload({ events: 'kafka' }, { EVENTS_URL: '${resources.events.url}' });
  expect(needsDatabase(of, env)).toBe(false);
  expect(needsEvents(of, env)).toBe(url === EVENTS);
  expect(declaredVariables(of, provided({ env }))).toEqual({ EVENTS_URL: url });
});

it('says how to give what is not in the workspace', () => {
  const of = workload({ 'price-list': 'service' }, { PRICE_LIST_URL: '${resources.price-list.url}' });
  expect(() => declaredVariables(of, provided())).toThrow('orders needs the service price-list, which is not in this workspace');
  expect(declaredVariables(of, provided({ env: { PRICE_LIST_URL: 'https://p' } }))).toEqual({ PRICE_LIST_URL: 'https://p' });
});

it('names a placeholder that nothing declares', () => {
  expect(() => declaredVariables(workload({}, { X: '${resources.nope.url}' }), provided())).toThrow(
    'Nothing provides ${resources.nope.url}',
  );
});

it('tells a service where it runs, by the names of the service contract', () => {
  expect(localVariables({ service: 'orders', version: '1.2.0,x', port: 4000, traces: 'http://127.0.0.1:1' })).toEqual({
    PORT: '4000',
    HOST: '127.0.0.1',
    OTEL_SERVICE_NAME: 'orders',
    OTEL_RESOURCE_ATTRIBUTES: 'service.version=1.2.0%2Cx,deployment.environment.name=local',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
  });
});
