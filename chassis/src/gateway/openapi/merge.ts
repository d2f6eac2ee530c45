import { METHODS } from '../../http/contract.ts';
import type { Entry, RouteTable } from '../routes/compile.ts';
import { matchRoute } from '../routes/match.ts';
import { clientPath } from '../upstream/rewrite.ts';
import type { ApiDocument, Members } from './document.ts';
import { forClients } from './for-clients.ts';

/**
 * One OpenAPI document of what a client reaches through the routes: paths as the client asks them, only operations that a route
 * leads to, and components under the name of their service where two services mean different things by one name.
 */
export function mergeApis(table: RouteTable, documents: ReadonlyMap<string, ApiDocument>): Members {
  const clashes = clashingNames([...documents.values()]);
  const paths: Record<string, Record<string, unknown>> = {};
  const components: Record<string, Record<string, unknown>> = {};
  for (const [backend, original] of documents) {
    const document = renamed(forClients(original), (kind, name) => (clashes.has(`${kind}/${name}`) ? `${pascal(backend)}${name}` : name));
    for (const [path, item] of Object.entries(document.paths ?? {})) addPath(paths, { table, backend, path, item });
    for (const [kind, members] of Object.entries(document.components ?? {})) components[kind] = { ...components[kind], ...members };
  }
  const security = securityOf(table);
  return {
    openapi: '3.1.0',
    info: { title: 'API', version: '1.0.0' },
    servers: [{ url: '/' }],
    paths,
    components: {
      ...components,
      ...(Object.keys(security).length > 0 && { securitySchemes: { ...components['securitySchemes'], ...security } }),
    },
  };
}

interface Source {
  readonly table: RouteTable;
  readonly backend: string;
  readonly path: string;
  readonly item: Members;
}

function addPath(paths: Record<string, Record<string, unknown>>, { table, backend, path, item }: Source): void {
  const { parameters } = item;
  for (const method of METHODS) {
    const operation = item[method] as Members | undefined;
    if (!operation) continue;
    for (const { shown, entry } of exposures(table, { backend, path, method: method.toUpperCase() })) {
      const before = paths[shown] ?? {};
      if (before[method] !== undefined) continue;
      paths[shown] = { ...before, ...(parameters !== undefined && { parameters }), [method]: published(operation, entry, backend) };
    }
  }
}

interface Exposure {
  readonly shown: string;
  readonly entry: Entry;
}

/** The paths under which a client reaches an operation: those that, asked for, lead back to it. */
function exposures(
  table: RouteTable,
  { backend, path, method }: { readonly backend: string; readonly path: string; readonly method: string },
): readonly Exposure[] {
  const found = table.entries.flatMap((entry) => {
    if (!entry.target.backends.some(({ name, weight }) => name === backend && weight > 0)) return [];
    const shown = clientPath(path, entry);
    const plain = shown?.replaceAll(/\{[^}]*\}/g, 'x');
    if (shown === undefined || plain === undefined) return [];
    const headers = Object.fromEntries(entry.headers.map(({ name, value }) => [name, value]));
    const query = new URLSearchParams(Object.fromEntries(entry.query.map(({ name, value }) => [name, value]))).toString();
    const host = entry.hostnames[0]?.replace('*', 'any') ?? 'localhost';
    const matched = matchRoute(table, { method, path: plain, query, host, headers });
    return matched.is === 'found' && matched.entry === entry ? [{ shown, entry }] : [];
  });
  return [...new Map(found.map((exposure) => [exposure.shown, exposure])).values()];
}

function published(operation: Members, { target }: Entry, backend: string): Members {
  const { anyOf = [], optional = false, scopes = [] } = target.policy.authentication ?? {};
  const security = [...(optional ? [{}] : []), ...anyOf.map((method) => ({ [method]: method === 'jwt' ? scopes : [] }))];
  const { tags = [backend] } = operation;
  return { ...operation, tags, security };
}

function securityOf({ entries }: RouteTable): Members {
  const used = new Set(entries.flatMap(({ target }) => target.policy.authentication?.anyOf ?? []));
  return {
    ...(used.has('jwt') && { jwt: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } }),
    ...(used.has('apiKey') && { apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' } }),
  };
}

/** `schemas/Item` where two documents say different things of it; what they say alike is one. */
function clashingNames(documents: readonly ApiDocument[]): ReadonlySet<string> {
  const seen = new Map<string, string>();
  const clashes = new Set<string>();
  for (const { components = {} } of documents)
    for (const [kind, members] of Object.entries(components))
      for (const [name, value] of Object.entries(members)) {
        const text = JSON.stringify(value);
        const key = `${kind}/${name}`;
        if ((seen.get(key) ?? text) !== text) clashes.add(key);
        seen.set(key, text);
      }
  return clashes;
}

/** The document with its components renamed, and every reference to them. */
function renamed(document: ApiDocument, nameOf: (kind: string, name: string) => string): ApiDocument {
  const components = Object.fromEntries(
    Object.entries(document.components ?? {}).map(([kind, members]) => [
      kind,
      Object.fromEntries(Object.entries(members).map(([name, value]) => [nameOf(kind, name), value])),
    ]),
  );
  return referring({ ...document, components }, nameOf) as ApiDocument;
}

function referring(node: unknown, nameOf: (kind: string, name: string) => string): unknown {
  if (Array.isArray(node)) return node.map((item) => referring(item, nameOf));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' ? reference(value, nameOf) : referring(value, nameOf),
    ]),
  );
}

function reference(ref: string, nameOf: (kind: string, name: string) => string): string {
  const [, kind = '', name = '', rest = ''] = /^#\/components\/([^/]+)\/([^/]+)(.*)$/.exec(ref) ?? [];
  return kind === '' ? ref : `#/components/${kind}/${nameOf(kind, name)}${rest}`;
}

function pascal(name: string): string {
  return name.replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
