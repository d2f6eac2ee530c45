import { type Answers, applies, type Input } from '../input.ts';

/** What svckit itself tells every template, as `svc.<name>`. */
export interface BuiltIns {
  readonly templateName: string;
  readonly templateVersion: string;
  /** How a `package.json` depends on the chassis: `file:vendor/….tgz` or a version. */
  readonly chassisSpec: string;
  /** The service's path from the root of the repository, `.` where it is the root. */
  readonly servicePath: string;
  /** False inside a workspace or another repository. */
  readonly standalone: boolean;
  readonly year: string;
}

export const BUILT_INS: readonly (keyof BuiltIns)[] = [
  'templateName',
  'templateVersion',
  'chassisSpec',
  'servicePath',
  'standalone',
  'year',
];

export type Values = Readonly<Record<string, unknown>>;

/**
 * What templates see: each input that is no secret, with something empty of its type where there is no answer. Numbers are texts
 * (Handlebars adds adjacent numbers: 1 and 2 would become 3), booleans stay for `#if`.
 */
export function valuesOf(inputs: readonly Input[], answers: Answers, builtIns: BuiltIns): Values {
  return { ...inputValues(inputs, answers), svc: builtIns };
}

/** The same without what svckit tells: all that a default may be made of. */
export function inputValues(inputs: readonly Input[], answers: Answers): Values {
  const values: Record<string, unknown> = {};
  for (const input of inputs.filter(({ secret }) => !secret)) {
    const given = applies(input, answers) ? answers[input.name] : undefined;
    values[input.name] = typeof given === 'number' ? String(given) : (given ?? emptyOf(input));
  }
  return values;
}

function emptyOf({ type }: Input): unknown {
  if (type === 'array') return [];
  return type === 'boolean' ? false : '';
}
