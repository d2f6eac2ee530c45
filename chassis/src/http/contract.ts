import { parseDocument } from 'yaml';

export const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;
export type Method = (typeof METHODS)[number];
export type ParameterPlace = 'path' | 'query' | 'header';

/** Where the contract lies in the validator: every `$ref` of the document leads there. */
export const CONTRACT_ID = 'contract.json';

export interface Parameter {
  readonly name: string;
  readonly place: ParameterPlace;
  readonly required: boolean;
  readonly schema: Schema;
  /** Several values stand in one text, divided by commas. */
  readonly joined: boolean;
}

export type Schema = Readonly<Record<string, unknown>>;

/** One operation of the contract. */
export interface Operation {
  readonly id: string;
  readonly method: Method;
  /** As the contract writes it: `/orders/{orderId}`. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly required: boolean; readonly schema: Schema } | undefined;
  /** By status as the contract writes it: `201`, `4XX`, `default`; undefined where an answer has no JSON body. */
  readonly answers: ReadonlyMap<string, Schema | undefined>;
}

export interface Contract {
  readonly document: Schema;
  readonly operations: readonly Operation[];
}

/** The contract says something that cannot be served. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

/**
 * Reads an OpenAPI 3.1 document, YAML or JSON.
 * @throws ContractError naming the place that is wrong
 */
export function parseContract(source: string): Contract {
  const parsed = parseDocument(source);
  const [broken] = parsed.errors;
  if (broken) throw new ContractError(`The contract is not valid YAML: ${broken.message}`);
  const document = anchored(parsed.toJS()) as Schema;
  if (!/^3\.1\./.test(String(document?.['openapi']))) throw new ContractError('The contract must be an OpenAPI 3.1 document');
  return { document, operations: operationsOf(document) };
}

/** The document with every local `$ref` made absolute, so that any part of it may be used on its own. */
function anchored(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(anchored);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, key === '$ref' ? absolute(value) : anchored(value)]));
}

function absolute(ref: unknown): string {
  if (typeof ref !== 'string' || !ref.startsWith('#/')) throw new ContractError(`The contract refers to ${ref}, which is not in this file`);
  return `${CONTRACT_ID}${ref}`;
}

function operationsOf(document: Schema): readonly Operation[] {
  const seen = new Set<string>();
  return Object.entries(record(document['paths'])).flatMap(([path, item]) =>
    METHODS.filter((method) => record(item)[method] !== undefined).map((method) => {
      const operation = operationOf(document, { path, method, item: record(item) });
      if (seen.has(operation.id)) throw new ContractError(`Two operations have the operationId ${operation.id}`);
      seen.add(operation.id);
      return operation;
    }),
  );
}

function operationOf(document: Schema, at: { readonly path: string; readonly method: Method; readonly item: Schema }): Operation {
  const raw = record(at.item[at.method]);
  const id = raw['operationId'];
  if (typeof id !== 'string') throw new ContractError(`${at.method.toUpperCase()} ${at.path} has no operationId`);
  const named = [...list(at.item['parameters']), ...list(raw['parameters'])].map((parameter) => resolve(document, parameter));
  const overridden = new Map(named.map((parameter) => [`${parameter['in']} ${parameter['name']}`, parameter]));
  return {
    id,
    method: at.method,
    path: at.path,
    parameters: [...overridden.values()].flatMap((parameter) => parameterOf(document, parameter, id)),
    body: bodyOf(document, raw['requestBody'], id),
    answers: new Map(Object.entries(record(raw['responses'])).map(([status, answer]) => [status, answerSchema(document, answer)])),
  };
}

function parameterOf(document: Schema, raw: Schema, operation: string): readonly Parameter[] {
  const place = raw['in'];
  const name = String(raw['name']);
  if (place === 'cookie') return [];
  if (place !== 'path' && place !== 'query' && place !== 'header') throw new ContractError(`${operation}: parameter ${name} is nowhere`);
  const style = raw['style'];
  if (style !== undefined && style !== 'simple' && style !== 'form') {
    throw new ContractError(`${operation}: parameter ${name} has the style ${style}, which is not supported`);
  }
  const exploded = raw['explode'] ?? place === 'query';
  const schema = resolve(document, raw['schema'] ?? {});
  return [{ name, place, required: raw['required'] === true, schema, joined: !exploded && schema['type'] === 'array' }];
}

function bodyOf(document: Schema, raw: unknown, operation: string): Operation['body'] {
  if (raw === undefined) return undefined;
  const body = resolve(document, raw);
  const schema = jsonSchemaOf(body);
  if (!schema) throw new ContractError(`${operation}: the request body must be application/json`);
  return { required: body['required'] === true, schema };
}

function answerSchema(document: Schema, raw: unknown): Schema | undefined {
  return jsonSchemaOf(resolve(document, raw));
}

/** The schema of the first content that is JSON: `application/json`, `application/problem+json` … */
function jsonSchemaOf(holder: Schema): Schema | undefined {
  const found = Object.entries(record(holder['content'])).find(([type]) => /^application\/([\w.-]+\+)?json\b/.test(type));
  return found && record(record(found[1])['schema']);
}

/** The node itself, or what its `$ref` leads to. */
function resolve(document: Schema, node: unknown): Schema {
  const ref = record(node)['$ref'];
  if (typeof ref !== 'string') return record(node);
  const steps = ref.slice(`${CONTRACT_ID}#/`.length).split('/').map(unescapePointer);
  const target = steps.reduce<unknown>((at, step) => record(at)[step], document);
  if (target === undefined) throw new ContractError(`The contract refers to #/${steps.join('/')}, which is not there`);
  return resolve(document, target);
}

/** RFC 6901, in a URI fragment. */
function unescapePointer(step: string): string {
  return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
}

function record(value: unknown): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
