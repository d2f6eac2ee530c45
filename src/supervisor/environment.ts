import { SvcError } from '../errors.ts';
import { interpolate } from '../workload/interpolate.ts';
import type { Resource, Workload } from '../workload/workload.ts';

export type Variables = Readonly<Record<string, string>>;

/** What this machine provides for one service. */
export interface Provided {
  /** The service's own database, where it needs one. */
  readonly database: string | undefined;
  /** The log of events that all services of the workspace share, where it needs that. */
  readonly events: string | undefined;
  /** Addresses of the services of the workspace, by name. */
  readonly services: ReadonlyMap<string, string>;
  /** The person's own environment: an address that is set there wins. */
  readonly env: Variables;
}

/** Brokers and search engines that nothing here provides; without an address of one PostgreSQL serves instead. */
const ADDRESS_VARIABLE: Readonly<Record<string, string>> = { redis: 'REDIS_URL', kafka: 'KAFKA_URL', opensearch: 'OPENSEARCH_URL' };

/** `price-list` is `PRICE_LIST`, as the service contract spells names in variables. */
export function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

/** `ORDERS_DATABASE_URL` for one service, or `DATABASE_URL` for all, set by hand. */
export function databaseByHand(service: string, env: Variables): string | undefined {
  return env[`${variableName(service)}_DATABASE_URL`] || env['DATABASE_URL'] || undefined;
}

/** Whether a service needs a database of the embedded server. */
export function needsDatabase(workload: Workload, env: Variables): boolean {
  if (databaseByHand(workload.name, env) !== undefined) return false;
  return workload.resources.some(({ type }) => type === 'postgres' || (isPrivate(type) && !env[ADDRESS_VARIABLE[type] ?? '']));
}

/** Whether a service needs the log of events in the embedded server: no broker was set by hand, and no database for all services. */
export function needsEvents(workload: Workload, env: Variables): boolean {
  return hasEvents(workload) && !env['KAFKA_URL'] && !env['DATABASE_URL'];
}

/** Whether a service has a database of its own. */
export function hasDatabase({ resources }: Workload): boolean {
  return resources.some(({ type }) => type === 'postgres');
}

/** Whether a service publishes or handles events. */
export function hasEvents({ resources }: Workload): boolean {
  return resources.some(({ type }) => type === LOG);
}

/** What services share, because one tells what others are told of. */
const LOG = 'kafka';

function isPrivate(type: string): boolean {
  return type in ADDRESS_VARIABLE && type !== LOG;
}

/**
 * The variables that the Score file declares, filled in with what this machine provides.
 * @throws SvcError workload/invalid where a placeholder names what is not declared, workspace/invalid where nothing here provides it
 */
export function declaredVariables(workload: Workload, provided: Provided): Variables {
  const resources = new Map(workload.resources.map((resource) => [resource.name, resource]));
  const lookup = ([kind, name = '', output = 'url']: readonly string[]) => {
    if (kind === 'metadata') return name === 'name' ? workload.name : undefined;
    const resource = kind === 'resources' ? resources.get(name) : undefined;
    return resource && outputOf(addressOf(resource, workload.name, provided), output);
  };
  const declared = workload.containers[0]?.variables ?? {};
  return Object.fromEntries(Object.entries(declared).map(([name, value]) => [name, interpolate(value, lookup)]));
}

function addressOf(resource: Resource, service: string, provided: Provided): string {
  const { services, env } = provided;
  const { name, type, id } = resource;
  const byHand = env[type === 'postgres' ? '' : (ADDRESS_VARIABLE[type] ?? `${variableName(name)}_URL`)];
  const found = byHand || (type === 'service' ? services.get(id ?? name) : databaseFor(type, service, provided));
  if (found !== undefined) return found;
  const what = type === 'service' ? `the service ${id ?? name}, which is not in this workspace` : `${name} of type ${type}`;
  throw new SvcError('workspace/invalid', `${service} needs ${what}`, {
    hint: `Set ${ADDRESS_VARIABLE[type] ?? `${variableName(name)}_URL`} to the address of one, then run the command again`,
  });
}

function databaseFor(type: string, service: string, { database, events, env }: Provided): string | undefined {
  if (type === LOG) return env['DATABASE_URL'] || events;
  return type === 'postgres' || isPrivate(type) ? (databaseByHand(service, env) ?? database) : undefined;
}

/** The outputs that Score's resource types name: the whole address, or a part of it. */
function outputOf(address: string, output: string): string | undefined {
  if (output === 'url' || output === 'uri') return address;
  const url = new URL(address);
  const database = url.pathname.slice(1);
  const parts: Variables = {
    host: url.hostname,
    port: url.port,
    name: database,
    database,
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
  return parts[output];
}

export interface Placement {
  readonly service: string;
  readonly version: string;
  readonly port: number;
  /** Where spans go. */
  readonly traces: string;
}

/** What the service contract fixes for a local run; it wins over the Score file, whose port is that of a container. */
export function localVariables({ service, version, port, traces }: Placement): Variables {
  return {
    PORT: String(port),
    HOST: '127.0.0.1',
    OTEL_SERVICE_NAME: service,
    OTEL_RESOURCE_ATTRIBUTES: `service.version=${encodeURIComponent(version)},deployment.environment.name=local`,
    OTEL_EXPORTER_OTLP_ENDPOINT: traces,
  };
}
