import { type Answer, type Condition, faultOf, type Input } from '../input.ts';
import { BLOCKS, HELPERS } from '../render/language.ts';
import type { Page, Property } from './shape.ts';

/** From the document's root to a value, as `lineOf` takes it. */
type YamlPath = readonly (string | number)[];

/** A complaint about the value at a path of `template.yaml`. */
export interface Objection {
  readonly path: YamlPath;
  readonly message: string;
}

/** An input's name is a word of the template language and, between `__`, part of a path. */
const NAME = /^[a-zA-Z][a-zA-Z0-9]*(_[a-zA-Z0-9]+)*$/;
const TAKEN = new Set<string>([...Object.keys(HELPERS), ...BLOCKS, 'svc', 'this', 'else', 'constructor', 'lookup', 'with', 'log']);

/** The questions of a template, in the order in which its pages ask them; those of `dependencies` come after their page. */
export function inputsOf(pages: readonly Page[]): readonly Input[] {
  return pages.flatMap((page) => [
    ...Object.entries(page.properties).map(([name, property]) => inputOf(name, property, { page, required: page.required })),
    ...branchesOf(page).flatMap(({ when, properties, required }) =>
      properties.map(([name, property]) => inputOf(name, property, { page, required, when })),
    ),
  ]);
}

/** Where `template.yaml` describes an input. */
export function pathOfInput(pages: readonly Page[], name: string): YamlPath {
  const page = pages.findIndex(({ properties, dependencies }) => name in properties || branchWith(dependencies, name) !== undefined);
  const branch = branchWith(pages[page]?.dependencies ?? {}, name);
  return ['spec', 'parameters', page, ...(branch ? ['dependencies', ...branch] : []), 'properties', name];
}

function branchWith(dependencies: Page['dependencies'], name: string): YamlPath | undefined {
  return Object.entries(dependencies).flatMap(([input, { oneOf }]) => {
    const index = oneOf.findIndex(({ properties }) => 'type' in (properties[name] ?? {}));
    return index < 0 ? [] : [[input, 'oneOf', index]];
  })[0];
}

interface Branch {
  readonly when: Condition;
  readonly required: readonly string[];
  readonly properties: readonly (readonly [string, Property])[];
}

/** Each branch of `dependencies` repeats the input that it depends on, with the values that it is for. */
function branchesOf(page: Page): readonly Branch[] {
  return Object.entries(page.dependencies).flatMap(([input, { oneOf }]) =>
    oneOf.map(({ properties, required }) => ({
      when: { input, values: properties[input]?.enum ?? [] },
      required,
      properties: Object.entries(properties).flatMap(([name, property]) => ('type' in property ? [[name, property] as const] : [])),
    })),
  );
}

function inputOf(name: string, property: Property, at: { page: Page; required: readonly string[]; when?: Condition }): Input {
  const { title, writeOnly, default: value, examples: _, ...rules } = property;
  return withoutAbsent({
    ...rules,
    name,
    page: at.page.title,
    title: title ?? name,
    required: at.required.includes(name),
    secret: writeOnly ?? false,
    default: value as Answer | undefined,
    when: at.when,
  }) as Input;
}

/** What is wrong with the questions of a template. */
export function inputComplaints(pages: readonly Page[], inputs: readonly Input[]): readonly Objection[] {
  return [...pages.flatMap((page, index) => pageComplaints(page, index, inputs)), ...twice(pages)];
}

function pageComplaints(page: Page, index: number, inputs: readonly Input[]): readonly Objection[] {
  const at = (...rest: YamlPath) => ['spec', 'parameters', index, ...rest];
  const own = inputs.filter((input) => input.page === page.title && Object.hasOwn(page.properties, input.name));
  return [
    ...own.flatMap((input) => faultsOf(input).map((message) => ({ path: at('properties', input.name), message }))),
    ...page.required
      .filter((name) => !Object.hasOwn(page.properties, name))
      .map((name) => ({ path: at('required'), message: `requires "${name}", which is no input of this page` })),
    ...branchesOf(page).flatMap((branch) =>
      branchComplaints(branch, inputs).map((message) => ({ path: at('dependencies', branch.when.input), message })),
    ),
  ];
}

function branchComplaints({ when, required, properties }: Branch, inputs: readonly Input[]): readonly string[] {
  const source = inputs.find((input) => input.name === when.input);
  const names = properties.map(([name]) => name);
  const missing = required.filter((name) => !names.includes(name)).map((name) => `requires "${name}", which it does not describe`);
  const faults = inputs.filter((input) => names.includes(input.name)).flatMap(faultsOf);
  if (!source?.enum) return [`"${when.input}" must be an input with an enum`];
  if (when.values.length === 0) return [`each branch says with an enum for which values of "${when.input}" it is`];
  return [...missing, ...faults];
}

function faultsOf(input: Input): readonly string[] {
  const { name } = input;
  if (!NAME.test(name)) return [`"${name}" cannot be the name of an input: letters, digits and single _ can`];
  if (TAKEN.has(name)) return [`"${name}" cannot be the name of an input: it is a word of the template language`];
  const bad = [input.pattern, input.items?.pattern].find((pattern) => pattern !== undefined && !isPattern(pattern));
  if (bad !== undefined) return [`"${bad}" is no regular expression`];
  if (input.secret && input.default !== undefined) return [`"${name}" is a secret: it has no default`];
  const fault = input.default === undefined ? undefined : faultOf(input, input.default);
  return fault ? [`the default of "${name}" ${fault}`] : [];
}

function isPattern(pattern: string): boolean {
  try {
    return Boolean(new RegExp(pattern, 'u'));
  } catch {
    return false;
  }
}

function twice(pages: readonly Page[]): readonly Objection[] {
  const seen = new Set<string>();
  return pages.flatMap((page, index) =>
    Object.keys(page.properties).flatMap((name) => {
      const known = seen.has(name);
      seen.add(name);
      return known ? [{ path: ['spec', 'parameters', index, 'properties', name], message: `"${name}" is asked twice` }] : [];
    }),
  );
}

function withoutAbsent<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Partial<T>;
}
