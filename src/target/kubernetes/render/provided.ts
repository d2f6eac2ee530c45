import type { Resource } from '../../../workload/workload.ts';
import type { Provider } from '../../../workspace/environment-schema.ts';
import { unprovided } from './problem.ts';
import { RESOURCE_TYPES } from './resource-type.ts';
import type { Scene } from './scene.ts';

/** A piece of a value: text that may stand in an object, or a key of a Secret. */
export type Source = { readonly text: string } | { readonly secret: string; readonly key: string };

/** How the environment provides one resource of a service, its placeholders filled in. */
export interface Provided {
  readonly resource: Resource;
  readonly provider: Provider;
  /** Where the provider stands in `svc.yaml`. */
  readonly where: string;
}

/** Types that svc provides itself, from the address of the service and of the environment. */
export const BUILT_IN: ReadonlySet<string> = new Set(['service', 'volume', 'dns', 'route']);

/**
 * How the environment provides a resource, or undefined where svc does that itself.
 * @throws SvcError workspace/invalid where the environment says nothing of this type
 */
export function providedBy(scene: Scene, resource: Resource): Provided | undefined {
  const { environment, service } = scene;
  const provider = environment.resources[resource.type];
  const where = environment.where(['resources', resource.type]);
  if (provider) return { resource, where, provider: filledIn(provider, scene, { resource, where }) };
  if (BUILT_IN.has(resource.type)) return undefined;
  throw unprovided(
    environment.where(['resources']),
    `${environment.name} provides no ${resource.type}, which ${service.name} needs (${scene.where(['resources', resource.name])})`,
    `Say under environments.${environment.name}.resources.${resource.type} where it is: docs/kubernetes.md, "Resource types"`,
  );
}

/** All resources that the environment describes, in the order of the Score file. */
export function allProvided(scene: Scene): readonly Provided[] {
  return scene.workload.resources.flatMap((resource) => providedBy(scene, resource) ?? []);
}

/** What a resource is called where it is one of many: its `id` where workloads share it, else by the service that has it. */
export function idOf({ id, name, type }: Resource, service: string): string {
  return id ?? (type === 'service' ? name : `${service}-${name}`);
}

/**
 * One output of a provided resource as the pieces that make it up, or undefined where it has no such output.
 * A `url` that the provider does not give is composed of its parts.
 */
export function outputOf({ provider, resource }: Provided, output: string): readonly Source[] | undefined {
  const { secret, server } = provider;
  for (const name of SAME[output] ?? [output]) {
    if (secret && Object.hasOwn(secret.keys, name)) return [{ secret: secret.name, key: secret.keys[name] ?? name }];
    if (server && Object.hasOwn(server, name)) return [{ text: String(server[name]) }];
  }
  if (output === 'port') return portOf(resource);
  if (output !== 'url' && output !== 'uri') return undefined;
  const address = addressOf({ provider, resource });
  const made = secret?.remote !== undefined && address?.some((source) => 'secret' in source);
  return made ? [{ secret: secret.name, key: ADDRESS_KEY }] : address;
}

/** Under which key of a Secret that svc has made there is the address that it is composed of. */
export const ADDRESS_KEY = 'url';

/** What Score's types and operators call one thing by several names. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  url: ['url', 'uri'],
  uri: ['uri', 'url'],
  username: ['username', 'user'],
  user: ['user', 'username'],
  database: ['database', 'name', 'dbname'],
  name: ['name', 'database', 'dbname'],
};

function portOf({ type }: Resource): readonly Source[] | undefined {
  const port = RESOURCE_TYPES[type]?.port;
  return port === undefined ? undefined : [{ text: String(port) }];
}

/** `scheme://user:password@host:port/database`, of the parts that there are; undefined without a host or a scheme. */
export function addressOf({ provider, resource }: Pick<Provided, 'provider' | 'resource'>): readonly Source[] | undefined {
  const part = (name: string) => outputOf({ provider, resource, where: '' }, name);
  const scheme = provider.scheme ?? RESOURCE_TYPES[resource.type]?.scheme;
  const [host, port, username, password, database] = ['host', 'port', 'username', 'password', 'database'].map(part);
  if (scheme === undefined || host === undefined) return undefined;
  const text = (value: string): Source => ({ text: value });
  return [
    text(`${scheme}://`),
    ...(username ? encoded(username) : []),
    ...(password ? [text(':'), ...encoded(password)] : []),
    ...(username || password ? [text('@')] : []),
    ...host,
    ...(port ? [text(':'), ...port] : []),
    ...(database ? [text('/'), ...encoded(database)] : []),
  ];
}

/** What is known is written as a URL wants it; a Secret's value is taken as it is where nothing can encode it. */
function encoded(sources: readonly Source[]): readonly Source[] {
  return sources.map((source) => ('text' in source ? { text: encodeURIComponent(source.text) } : source));
}

/** A provider with `${service}`, `${resource}`, `${id}`, `${environment}`, `${namespace}` and `${params.…}` filled in, at any depth. */
function filledIn(provider: Provider, scene: Scene, { resource, where }: Pick<Provided, 'resource' | 'where'>): Provider {
  const values: Readonly<Record<string, unknown>> = {
    service: scene.service.name,
    resource: resource.name,
    id: idOf(resource, scene.service.name),
    environment: scene.environment.name,
    namespace: scene.environment.namespace,
    ...Object.fromEntries(Object.entries(resource.params).map(([name, value]) => [`params.${name}`, value])),
  };
  const fill = (text: string): unknown => {
    const whole = /^\$\{([^}]*)\}$/.exec(text)?.[1];
    const lookUp = (name: string) => {
      if (Object.hasOwn(values, name)) return values[name];
      const mend = name.startsWith('params.') ? `Set it in ${scene.where(['resources', resource.name])}` : 'Mend the placeholder';
      throw unprovided(
        where,
        `nothing gives \${${name}} for ${resource.name} of ${scene.service.name}`,
        `${mend}; there are: ${Object.keys(values).join(', ')}`,
      );
    };
    return whole === undefined ? text.replace(/\$\{([^}]*)\}/g, (_, name: string) => String(lookUp(name))) : lookUp(whole);
  };
  return mapTexts(provider, fill) as Provider;
}

function mapTexts(value: unknown, map: (text: string) => unknown): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [String(mapTexts(key, map)), mapTexts(each, map)]));
}
