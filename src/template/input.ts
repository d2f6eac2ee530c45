import { counted } from '../document/counted.ts';
/** A question that a template asks: one property of its JSON Schema, as far as svckit knows that language. */
export interface Input extends Rules {
  readonly name: string;
  /** The heading that it stands under. */
  readonly page: string;
  readonly title: string;
  readonly description?: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array';
  readonly required: boolean;
  /** Never rendered, never stored. */
  readonly secret: boolean;
  readonly default?: Answer;
  /** The template of a default that other answers make, `@<% owner %>`: it goes before `default`, which is for Backstage then. */
  readonly computed?: string;
  /** Makes that default: there once the template is compiled, and no part of what is recorded. */
  readonly derive?: (answers: Answers) => string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  /** What each item of an array keeps; items are strings. */
  readonly items?: Rules;
  /** Asked only where another input has one of these values. */
  readonly when?: Condition;
}

export interface Rules {
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Condition {
  readonly input: string;
  readonly values: readonly string[];
}

export type Answer = string | number | boolean | readonly string[];
export type Answers = Readonly<Record<string, Answer>>;

/** Longer texts are not matched against a pattern from a template: a hostile pattern takes its time. */
const LONGEST_TEXT = 10_000;

/** Whether the input is asked at all with these answers. */
export function applies({ when }: Pick<Input, 'when'>, answers: Answers): boolean {
  return when === undefined || when.values.includes(String(answers[when.input]));
}

/** The answer of whoever gives none. */
export function defaultOf({ default: value, derive }: Pick<Input, 'default' | 'derive'>, answers: Answers): Answer | undefined {
  return derive ? derive(answers) : value;
}

/** Whether an answer is there for whoever gives none. */
export function hasDefault({ default: value, computed }: Pick<Input, 'default' | 'computed'>): boolean {
  return value !== undefined || computed !== undefined;
}

/** What is wrong with a value for this input, as the end of a sentence that begins with the input's name; undefined where nothing is. */
export function faultOf(input: Input, value: unknown): string | undefined {
  switch (input.type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'integer':
    case 'number':
      return numberFault(input, value);
    case 'array':
      return listFault(input, value);
    default:
      return typeof value === 'string' ? textFault(input, value, input.description) : 'must be a text';
  }
}

function numberFault(input: Input, value: unknown): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number';
  if (input.type === 'integer' && !Number.isSafeInteger(value)) return 'must be a whole number';
  if (input.minimum !== undefined && value < input.minimum) return `must be at least ${input.minimum}`;
  if (input.maximum !== undefined && value > input.maximum) return `must be at most ${input.maximum}`;
  return undefined;
}

/** @param described in words what the pattern asks for, where the template says it */
function textFault(rules: Rules, value: string, described?: string): string | undefined {
  if (rules.enum && !rules.enum.includes(value)) return `must be one of ${rules.enum.join(', ')}`;
  const length = [...value].length;
  if (rules.minLength !== undefined && length < rules.minLength) return `must have at least ${counted(rules.minLength, 'character')}`;
  if (length > (rules.maxLength ?? LONGEST_TEXT)) return `must have at most ${counted(rules.maxLength ?? LONGEST_TEXT, 'character')}`;
  if (rules.pattern === undefined || new RegExp(rules.pattern, 'u').test(value)) return undefined;
  return `must match ${rules.pattern}${described ? ` (${described})` : ''}`;
}

function listFault(input: Input, value: unknown): string | undefined {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return 'must be a list of texts';
  if (input.minItems !== undefined && value.length < input.minItems) return `must have at least ${counted(input.minItems, 'item')}`;
  if (input.maxItems !== undefined && value.length > input.maxItems) return `must have at most ${counted(input.maxItems, 'item')}`;
  const twice = input.uniqueItems ? value.find((item, index) => value.indexOf(item) !== index) : undefined;
  if (twice !== undefined) return `names "${twice}" twice`;
  for (const item of value) {
    const fault = textFault(input.items ?? {}, item);
    if (fault) return `holds "${item}", which ${fault}`;
  }
  return undefined;
}
