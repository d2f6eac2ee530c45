import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { type Document, isMap, isNode, LineCounter, parseAllDocuments } from 'yaml';
import { ConfigError, type ConfigProblem } from '../../config/config.ts';
import { SCHEMAS } from './schema.ts';
import type { RouteObject } from './types.ts';

/** An object of routes.yaml, and where each part of it stands. */
export interface Read<T> {
  readonly object: T;
  /** `routes.yaml:12`, for the part that a path of member names and indexes leads to. */
  where(path: readonly (string | number)[]): string;
}

const LARGEST = 1024 * 1024;

/**
 * Reads the objects of routes.yaml.
 * @param name how messages call the file
 * @throws ConfigError with all that is wrong, each with file and line
 */
export function readRoutes(source: string, name: string): readonly Read<RouteObject>[] {
  if (source.length > LARGEST) throw new ConfigError([{ variable: name, message: 'is larger than 1 MiB' }]);
  const counter = new LineCounter();
  const documents = parseAllDocuments(source, { lineCounter: counter, uniqueKeys: true });
  const files = (Array.isArray(documents) ? documents : []).map((document) => fileOf(document, { name, counter }));
  const problems = files.flatMap((file) => problemsOf(file));
  if (problems.length > 0) throw new ConfigError(problems);
  const objects = files.filter(({ value }) => value !== undefined);
  if (objects.length === 0) throw new ConfigError([{ variable: name, message: 'holds no HTTPRoute' }]);
  return objects.map(({ value, where }) => ({ object: value as RouteObject, where }));
}

interface File {
  readonly document: Document.Parsed;
  readonly value: unknown;
  readonly where: Read<unknown>['where'];
  readonly at: (offset: number | undefined) => string;
}

function fileOf(document: Document.Parsed, { name, counter }: { readonly name: string; readonly counter: LineCounter }): File {
  const at = (offset: number | undefined) => `${name}:${counter.linePos(offset ?? 0).line}`;
  const where = (path: readonly (string | number)[]) => at(offsetOf(document, path));
  const broken = document.errors.length > 0;
  return { document, value: broken ? undefined : (document.toJS({ maxAliasCount: 20 }) ?? undefined), where, at };
}

/** The key of a member, else the nearest part that is there. */
function offsetOf(document: Document.Parsed, path: readonly (string | number)[]): number | undefined {
  const parent = path.length === 0 ? undefined : document.getIn(path.slice(0, -1), true);
  const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === String(path.at(-1))) : undefined;
  const node = pair?.key ?? (path.length === 0 ? document.contents : document.getIn(path, true));
  if (isNode(node) && node.range) return node.range[0];
  return path.length === 0 ? undefined : offsetOf(document, path.slice(0, -1));
}

function problemsOf({ document, value, where, at }: File): readonly ConfigProblem[] {
  if (document.errors.length > 0)
    return document.errors.map(({ pos, message }) => ({ variable: at(pos[0]), message: `is not valid YAML: ${message.split('\n')[0]}` }));
  if (value === undefined) return [];
  const kind = (value as { readonly kind?: unknown }).kind;
  const check = typeof kind === 'string' && Object.hasOwn(CHECKS, kind) ? CHECKS[kind] : undefined;
  if (!check) return [{ variable: where(['kind']), message: `must be an HTTPRoute or a RoutePolicy, not ${JSON.stringify(kind)}` }];
  if (check(value)) return [];
  return unique(
    (check.errors ?? [])
      .filter(({ keyword }) => keyword !== 'if')
      .map((error) => ({ variable: where(pathOf(error)), message: `${memberOf(error)} ${messageOf(error)}` })),
  );
}

const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false, discriminator: true, meta: false, validateSchema: false });
const CHECKS = Object.fromEntries(Object.entries(SCHEMAS).map(([kind, schema]) => [kind, ajv.compile(schema)]));

function pathOf({ instancePath, params }: ErrorObject): readonly (string | number)[] {
  const steps = instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const surplus = params['additionalProperty'] as string | undefined;
  return [...steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step)), ...(surplus === undefined ? [] : [surplus])];
}

function memberOf(error: ErrorObject): string {
  const path = pathOf(error).map(String);
  return path.join('.') || 'the object';
}

function messageOf({ keyword, params, message, data }: ErrorObject): string {
  if (keyword === 'additionalProperties') return 'is not supported here';
  if (keyword === 'discriminator') return `has the type ${JSON.stringify(params['tagValue'])}, which is not supported here`;
  if (keyword === 'required') return `has no ${params['missingProperty']}`;
  if (keyword === 'enum')
    return `must be one of ${(params['allowedValues'] as readonly unknown[]).join(', ')}, not ${JSON.stringify(data)}`;
  if (keyword === 'const') return `must be ${JSON.stringify(params['allowedValue'])}`;
  if (keyword === 'pattern') return `is ${JSON.stringify(data)}, which is not valid here`;
  return message ?? 'is not valid';
}

function unique(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return [...new Map(problems.map((problem) => [`${problem.variable} ${problem.message}`, problem])).values()];
}
