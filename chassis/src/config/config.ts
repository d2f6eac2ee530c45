import { readFileSync } from 'node:fs';
import type { ConfigOf, Field, Fields } from './fields.ts';

export { type ConfigOf, choice, type Field, type Fields, field, flag, integer, secret, text, url, urls } from './fields.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  readonly variable: string;
  readonly message: string;
}

/** Everything that is wrong with the configuration, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(`The configuration is wrong: ${problems.map(({ variable, message }) => `${variable} ${message}`).join('; ')}`);
    this.problems = problems;
  }
}

export interface Source {
  readonly env: Env;
  /** The text of a file named by `X_FILE`. */
  readFile(path: string): string;
}

/** What was read, and the texts that must never be shown. */
export interface Reading<Groups extends Readonly<Record<string, Fields>>> {
  readonly values: { readonly [G in keyof Groups]: ConfigOf<Groups[G]> };
  readonly secrets: readonly string[];
}

/** Reads from an environment and the file system. */
export function environment(env: Env): Source {
  return { env, readFile: (path) => readFileSync(path, 'utf8') };
}

/**
 * The values of some declared fields. An empty variable counts as not set.
 * @throws ConfigError with all that is wrong
 */
export function readConfig<F extends Fields>(fields: F, source: Source = environment(process.env)): ConfigOf<F> {
  return readGroups({ only: fields }, source).values.only;
}

/**
 * The values of several groups of fields, so that what is wrong in any of them is told together.
 * @throws ConfigError with all that is wrong
 */
export function readGroups<Groups extends Readonly<Record<string, Fields>>>(groups: Groups, source: Source): Reading<Groups> {
  const problems: ConfigProblem[] = [];
  const secrets: string[] = [];
  const read = (field: Field<unknown>) => {
    try {
      return readField(field, source, (shown) => secrets.push(shown));
    } catch (error) {
      problems.push({ variable: field.variable, message: (error as Error).message });
      return undefined;
    }
  };
  const values = mapValues(groups, (fields) => mapValues(fields, read));
  if (problems.length > 0) throw new ConfigError(unique(problems));
  return { values: values as Reading<Groups>['values'], secrets };
}

function readField<T>(field: Field<T>, source: Source, keepSecret: (text: string) => void): T {
  const raw = rawValue(field.variable, source);
  if (raw === undefined) {
    if (!field.absent) throw new Error('is not set');
    return field.absent.value;
  }
  if (field.secret) keepSecret(raw);
  return field.parse(raw);
}

/** The text of `X`, or of the file that `X_FILE` names, without its last line end. */
function rawValue(variable: string, { env, readFile }: Source): string | undefined {
  const direct = env[variable] || undefined;
  const file = env[`${variable}_FILE`] || undefined;
  if (file === undefined) return direct;
  if (direct !== undefined) throw new Error(`is given twice, as ${variable} and as ${variable}_FILE`);
  return contentOf(file, readFile).replace(/\r?\n$/, '') || undefined;
}

function contentOf(file: string, readFile: (path: string) => string): string {
  try {
    return readFile(file);
  } catch (error) {
    throw new Error(`cannot be read from ${file}: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`);
  }
}

/** Two needs may read the same variable; its problem is told once. */
function unique(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return [...new Map(problems.map((problem) => [`${problem.variable} ${problem.message}`, problem])).values()];
}

function mapValues<V, R>(record: Readonly<Record<string, V>>, map: (value: V) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
