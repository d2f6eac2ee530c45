import type { FastifyInstance, HTTPMethods, RouteOptions } from 'fastify';
import { ContractError, type Operation } from './contract.ts';
import type { HandlerTable } from './handlers.ts';
import { Problem } from './problem.ts';

/** A path of the contract as the router writes it, with the names of its parameters by position. */
export interface RoutePath {
  readonly url: string;
  readonly names: readonly string[];
}

const OFFERED: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * `/orders/{order-id}` becomes `/orders/:p0`: the router reads less in a name than OpenAPI allows.
 * @throws ContractError where a segment is neither a word nor one parameter
 */
export function routePath(template: string): RoutePath {
  const names: string[] = [];
  const url = template.replaceAll(/[^/]+/g, (segment) => {
    const name = /^\{([^{}]+)\}$/.exec(segment)?.[1];
    if (name !== undefined) return `:p${names.push(name) - 1}`;
    if (/[{}*]/.test(segment)) throw new ContractError(`The path ${template} is not supported: a parameter must be a whole segment`);
    return segment.replaceAll(':', '::');
  });
  return { url, names };
}

/** Answers whatever a known path does not offer: `OPTIONS` with what it does, the rest with 405. */
export function refuseOtherMethods(app: FastifyInstance, operations: readonly Operation[]): void {
  for (const [url, members] of groupByUrl(operations)) {
    const offered = offeredMethods(members);
    const allow = offered.join(', ');
    const template = members[0]?.path ?? url;
    const others = OFFERED.filter((method) => !offered.includes(method));
    if (!members.some(({ method }) => method === 'options')) app.route(optionsRoute({ url, allow, template }));
    if (others.length > 0) app.route(refusal({ url, allow, template }, others));
  }
}

/**
 * Every operation needs its handler, and nothing else may stand in the table.
 * @throws Error that names what is missing and what is too much
 */
export function assertHandlers(operations: readonly Operation[], table: HandlerTable): void {
  const known = new Set(operations.map(({ id }) => id));
  const missing = [...known].filter((id) => typeof table[id] !== 'function');
  const surplus = Object.keys(table).filter((id) => !known.has(id));
  const complaints = [
    ...missing.map((id) => `the operation ${id} has no handler`),
    ...surplus.map((id) => `the handler ${id} has no operation in the contract`),
  ];
  if (complaints.length > 0) throw new ContractError(`Contract and handlers differ: ${complaints.join('; ')}`);
}

interface Place {
  readonly url: string;
  readonly allow: string;
  readonly template: string;
}

function optionsRoute({ url, allow, template }: Place): RouteOptions {
  return { method: 'OPTIONS', url, config: { template }, handler: (_, reply) => reply.code(204).header('allow', allow).send() };
}

/** Refused before the body is read. */
function refusal({ url, allow, template }: Place, method: readonly HTTPMethods[]): RouteOptions {
  const refuse = () => new Problem({ status: 405, detail: `${template} answers ${allow}`, headers: { allow } });
  return { method: [...method], url, config: { template }, onRequest: (_request, _reply, done) => done(refuse()), handler: () => {} };
}

function offeredMethods(operations: readonly Operation[]): readonly HTTPMethods[] {
  const named = operations.map(({ method }) => method.toUpperCase() as HTTPMethods);
  return [...new Set<HTTPMethods>([...named, ...(named.includes('GET') ? (['HEAD'] as const) : []), 'OPTIONS'])];
}

function groupByUrl(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  const groups = new Map<string, Operation[]>();
  for (const operation of operations) {
    const { url } = routePath(operation.path);
    groups.set(url, [...(groups.get(url) ?? []), operation]);
  }
  return groups;
}
