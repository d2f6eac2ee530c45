import { SvcError } from '../errors.ts';
import { type Answer, type Answers, applies, defaultOf, faultOf, type Input } from './input.ts';
import { nearest } from './nearest.ts';

/** What a user gave for an input: a text from a flag, or a value from a file. */
export interface Given {
  readonly name: string;
  readonly value: unknown;
  readonly from: 'flag' | 'file';
}

interface Fault {
  readonly message: string;
  /** What the user adds to the command line instead. */
  readonly fix: string;
}

/**
 * The answers that were given, later ones winning, as their inputs type them.
 * @throws SvcError template/answers-invalid with everything that is wrong, each with the flag that mends it
 */
export function acceptAnswers(inputs: readonly Input[], given: readonly Given[]): Answers {
  const { answers, faults } = accepted(inputs, given);
  refuse(faults);
  return answers;
}

/**
 * The given answers and the defaults of all others.
 * @throws SvcError template/answers-invalid with everything that is wrong or missing, each with the flag that mends it
 */
export function completeAnswers(inputs: readonly Input[], given: readonly Given[]): Answers {
  const { answers, faults } = accepted(inputs, given);
  const complete = withDefaults(inputs, answers);
  const named = given.map(({ name }) => name);
  const missing = inputs.filter((input) => isMissing(input, complete) && !named.includes(input.name));
  refuse([
    ...faults,
    ...unfit(inputs, { answers, complete }),
    ...missing.map((input) => ({ message: `${input.name} is required: ${input.title}`, fix: fixOf(input) })),
  ]);
  return complete;
}

/** A computed default is as good as the answers that it is made of. */
function unfit(
  inputs: readonly Input[],
  { answers, complete }: { readonly answers: Answers; readonly complete: Answers },
): readonly Fault[] {
  return inputs.flatMap((input) => {
    if (!input.derive || answers[input.name] !== undefined || complete[input.name] === undefined) return [];
    const fault = faultOf(input, complete[input.name]);
    return fault ? [{ message: `${input.name}, by default "${complete[input.name]}", ${fault}`, fix: fixOf(input) }] : [];
  });
}

/** The answers that a lock keeps: those of inputs that were asked and are no secret. */
export function storedAnswers(inputs: readonly Input[], answers: Answers): Answers {
  const kept = inputs.filter((input) => !input.secret && answers[input.name] !== undefined && applies(input, answers));
  return Object.fromEntries(kept.map(({ name }) => [name, answers[name] as Answer]));
}

/** A text of the command line or of a prompt as the input types it: lists are separated by commas. */
export function answerFromText({ type }: Input, text: string): unknown {
  switch (type) {
    case 'boolean':
      return { true: true, yes: true, false: false, no: false }[text.toLowerCase()] ?? text;
    case 'integer':
    case 'number':
      return text.trim() === '' ? text : Number(text);
    case 'array':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean);
    default:
      return text;
  }
}

function accepted(inputs: readonly Input[], given: readonly Given[]): { readonly answers: Answers; readonly faults: readonly Fault[] } {
  const answers: Record<string, Answer> = {};
  const faults = new Map<string, Fault>();
  for (const { name, value, from } of given) {
    const input = inputs.find((candidate) => candidate.name === name);
    const typed = input && from === 'flag' ? answerFromText(input, String(value)) : value;
    const fault = input ? faultOf(input, typed) : undefined;
    faults.delete(name);
    if (!input) faults.set(name, unknownInput(name, inputs));
    else if (fault !== undefined) faults.set(name, { message: `${name} ${fault}`, fix: fixOf(input) });
    else answers[name] = typed as Answer;
  }
  return { answers, faults: [...faults.values(), ...idle(inputs, answers)] };
}

function unknownInput(name: string, inputs: readonly Input[]): Fault {
  const names = inputs.map((input) => input.name);
  const meant = nearest(name, names);
  return {
    message: `there is no input ${name}${meant ? `; did you mean ${meant}?` : ''}`,
    fix: meant ? `--set ${meant}=…` : names.length > 0 ? `one of: ${names.join(', ')}` : 'nothing: this template asks nothing',
  };
}

/** An answer that decides nothing is a slip that nobody would see otherwise. */
function idle(inputs: readonly Input[], answers: Answers): readonly Fault[] {
  const complete = withDefaults(inputs, answers);
  return inputs.flatMap((input) => {
    if (answers[input.name] === undefined || applies(input, complete) || !input.when) return [];
    const { input: other, values } = input.when;
    return [{ message: `${input.name} is asked only where ${other} is ${values.join(' or ')}`, fix: `--set ${other}=${values[0]}` }];
  });
}

function withDefaults(inputs: readonly Input[], answers: Answers): Answers {
  const complete: Record<string, Answer> = { ...answers };
  for (const input of inputs) {
    if (complete[input.name] !== undefined || !applies(input, complete)) continue;
    const value = defaultOf(input, complete);
    if (value !== undefined) complete[input.name] = value;
  }
  return complete;
}

function isMissing(input: Input, answers: Answers): boolean {
  return input.required && answers[input.name] === undefined && applies(input, answers);
}

function fixOf({ name, enum: values, default: value, type }: Input): string {
  const example = values?.join('|') ?? (value === undefined ? undefined : String(value)) ?? (type === 'boolean' ? 'true|false' : undefined);
  return `--set ${name}=${example ?? '…'}`;
}

function refuse(faults: readonly Fault[]): void {
  const [first] = faults;
  if (!first) return;
  if (faults.length === 1) throw new SvcError('template/answers-invalid', first.message, { hint: `Give it as: ${first.fix}` });
  const width = Math.max(...faults.map(({ message }) => message.length));
  const lines = faults.map(({ message, fix }) => `  ${message.padEnd(width)}   ${fix}`);
  throw new SvcError('template/answers-invalid', `${faults.length} answers are wrong or missing:\n${lines.join('\n')}`, {
    hint: 'Give them as shown on the right, then run the command again',
  });
}
