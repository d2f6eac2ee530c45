import { Ajv2020, type AnySchema, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { CONTRACT_ID, type Contract, type Operation, type Parameter, type ParameterPlace, type Schema } from './contract.ts';
import type { InputError } from './problem.ts';

/** What came in with a request, as the framework reads it. `validate` puts numbers, defaults and lists in place. */
export interface RawInput {
  readonly params: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly headers: Record<string, unknown>;
  readonly body: unknown;
  /** The length of the body as it was sent. */
  readonly bodyBytes: number;
}

/** The checks of one operation. */
export interface OperationChecks {
  /** What is wrong with a request; nothing where it may be handled. Changes the input: coercion and defaults. */
  request(input: RawInput): readonly InputError[];
  /** What is wrong with an answer; undefined where it is as the contract says. */
  answer(status: number, body: unknown): string | undefined;
}

const MOST_ERRORS = 20;
/** A larger body is told its first error only: listing all of a megabyte's would be a way to keep the service busy. */
const EXPLAINED_BYTES = 64 * 1024;
/** Words of OpenAPI's own dialect that JSON Schema does not know. */
const OPENAPI_WORDS = ['example', 'externalDocs', 'xml', 'discriminator'] as const;
const PLACES = { path: 'params', query: 'query', header: 'headers' } as const satisfies Record<ParameterPlace, keyof RawInput>;

/** Compiles the contract once; each operation's checks are compiled with it, so a broken schema is told at the start. */
export function compileChecks(contract: Contract): ReadonlyMap<string, OperationChecks> {
  const { document } = contract;
  const validators: Validators = {
    bodies: validator(document, { useDefaults: true }),
    texts: validator(document, { useDefaults: true, allErrors: true, coerceTypes: 'array' }),
    explained: once(() => validator(document, { useDefaults: true, allErrors: true })),
    answers: once(() => validator(document, {})),
  };
  return new Map(contract.operations.map((operation) => [operation.id, checksOf(operation, validators)]));
}

/** Strict mode finds misspelt keywords; the meta schema would find little more, and costs a service 20 ms and 3 MB at its start. */
function validator(document: Schema, options: Options): Ajv2020 {
  const ajv = new Ajv2020({
    strictTypes: false,
    strictRequired: false,
    allowUnionTypes: true,
    meta: false,
    validateSchema: false,
    ...options,
  });
  addFormats.default(ajv);
  ajv.addVocabulary([...new Set([...OPENAPI_WORDS, ...Object.keys(document), ...extensionsIn(document)])]);
  return ajv.addSchema(document as AnySchema, CONTRACT_ID);
}

/** The names of all `x-…` members, which JSON Schema lets anybody add. */
function extensionsIn(node: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof node !== 'object' || node === null) return found;
  for (const [key, value] of Object.entries(node)) {
    if (key.startsWith('x-')) found.add(key);
    extensionsIn(value, found);
  }
  return found;
}

interface Validators {
  readonly bodies: Ajv2020;
  readonly texts: Ajv2020;
  /** Made where they are used: a validator takes megabytes, and most services in production need neither. */
  explained(): Ajv2020;
  answers(): Ajv2020;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function checksOf(operation: Operation, validators: Validators): OperationChecks {
  const places = (['path', 'query', 'header'] as const).flatMap((place) => placeCheck(operation, place, validators.texts));
  const body = operation.body && bodyCheck(operation.body, validators);
  return {
    request: (input) => [...places.flatMap((check) => check(input)), ...(body?.(input) ?? [])].slice(0, MOST_ERRORS),
    answer: answerCheck(operation, validators),
  };
}

type Check = (input: RawInput) => readonly InputError[];

function placeCheck(operation: Operation, place: ParameterPlace, ajv: Ajv2020): readonly Check[] {
  const parameters = operation.parameters.filter((parameter) => parameter.place === place);
  if (parameters.length === 0) return [];
  const validate = ajv.compile({
    type: 'object',
    properties: Object.fromEntries(parameters.map((parameter) => [keyOf(parameter), parameter.schema])),
    required: parameters.filter((parameter) => parameter.required).map(keyOf),
  });
  const joined = parameters.filter((parameter) => parameter.joined).map(keyOf);
  return [
    (input) => {
      const values = input[PLACES[place]];
      for (const key of joined) if (typeof values[key] === 'string') values[key] = values[key].split(',');
      return errorsOf(validate, values, `/${PLACES[place]}`);
    },
  ];
}

/** Node gives header names in small letters. */
function keyOf({ place, name }: Parameter): string {
  return place === 'header' ? name.toLowerCase() : name;
}

function bodyCheck({ required, schema }: NonNullable<Operation['body']>, { bodies, explained }: Validators): Check {
  const validate = bodies.compile(schema);
  let explain: ValidateFunction | undefined; // compiled for the first broken request: most services never see one
  return ({ body, bodyBytes }) => {
    if (body === undefined) return required ? [{ path: '/body', message: 'is required' }] : [];
    const errors = errorsOf(validate, body, '/body');
    if (errors.length === 0 || bodyBytes > EXPLAINED_BYTES) return errors;
    explain ??= explained().compile(schema);
    return errorsOf(explain, body, '/body');
  };
}

function answerCheck(operation: Operation, validators: Validators): OperationChecks['answer'] {
  const compiled = new Map<string, ValidateFunction>();
  return (status, body) => {
    const named = [String(status), `${Math.floor(status / 100)}XX`, 'default'].find((key) => operation.answers.has(key));
    if (!named) return `the contract names no answer ${status}`;
    const schema = operation.answers.get(named);
    if (!schema) return body === undefined ? undefined : `an answer ${status} has no body`;
    const validate = compiled.get(named) ?? validators.answers().compile(schema);
    compiled.set(named, validate);
    const [first] = errorsOf(validate, asJson(body), '/body');
    return first && `${first.path} ${first.message}`;
  };
}

/** What the other side will read: dates are text, undefined members are gone. */
function asJson(body: unknown): unknown {
  return body === undefined ? undefined : JSON.parse(JSON.stringify(body));
}

function errorsOf(validate: ValidateFunction, value: unknown, place: string): readonly InputError[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => ({ path: place + pathOf(error), message: error.message ?? 'is not valid' }));
}

/** The pointer to what is wrong: a missing or surplus member itself, not the object around it. */
function pathOf({ instancePath, params }: ErrorObject): string {
  const member = params['missingProperty'] ?? params['additionalProperty'] ?? params['unevaluatedProperty'];
  return typeof member === 'string' ? `${instancePath}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}` : instancePath;
}
