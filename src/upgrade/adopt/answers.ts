import type { Prompter } from '../../runtime/runtime.ts';
import { answerFromText, completeAnswers, type Given, storedAnswers } from '../../template/answers.ts';
import { type Answers, faultOf, type Input } from '../../template/input.ts';
import type { NewAnswers } from '../release.ts';
import type { Evidence } from './evidence.ts';

/** An answer with the reason for it. */
export interface Sourced {
  readonly name: string;
  readonly value: unknown;
  readonly source: string;
}

export interface Settled {
  readonly answers: Answers;
  /** Those that a lock keeps, in the order of the template's questions. */
  readonly sourced: readonly Sourced[];
  /** Sentences on what was found and could not be used. */
  readonly notes: readonly string[];
}

/**
 * The answers to a template's questions: given ones first, then what the service's files say, then defaults. Where somebody is
 * there, what a template requires and nothing says is asked.
 * @throws SvcError template/answers-invalid naming the `--set` for each answer that is missing or wrong
 */
export async function settleAnswers(
  inputs: readonly Input[],
  { set, found, ask }: { readonly set: NewAnswers; readonly found: readonly Evidence[]; readonly ask: Prompter | undefined },
): Promise<Settled> {
  const asked = inputs.filter(({ secret }) => !secret);
  const named = new Set(set.map(([name]) => name));
  const judged = asked.filter(({ name }) => !named.has(name)).map((input) => judge(input, found));
  const taken = judged.flatMap(({ used }) => (used ? [used] : []));
  const given: readonly Given[] = [
    ...taken.map(({ name, value }) => ({ name, value, from: 'file' as const })),
    ...set.map(([name, value]) => ({ name, value, from: 'flag' as const })),
  ];
  const told = ask ? await askOpen(asked, given, ask) : [];
  const answers = completeAnswers(asked, [...withoutIdle(asked, given), ...told]);
  const sources = new Map([
    ...taken.map(({ name, source }) => [name, source] as const),
    ...told.map(({ name }) => [name, 'your answer'] as const),
    ...set.map(([name]) => [name, '--set'] as const),
  ]);
  const stored = Object.entries(storedAnswers(asked, answers));
  return {
    answers,
    sourced: stored.map(([name, value]) => ({ name, value, source: sources.get(name) ?? 'the template’s default' })),
    notes: judged.flatMap(({ notes }) => notes),
  };
}

interface Judged {
  readonly used?: Sourced;
  readonly notes: readonly string[];
}

/** The first piece of evidence that the input takes; those before it are told. */
function judge(input: Input, found: readonly Evidence[]): Judged {
  const notes: string[] = [];
  for (const { value, source } of found.filter(({ input: name }) => name === input.name)) {
    const typed = typeof value === 'string' ? answerFromText(input, value) : value;
    const fault = faultOf(input, typed);
    if (fault === undefined) return { used: { name: input.name, value: typed, source }, notes };
    notes.push(`Not taken from ${source}: ${input.name} ${JSON.stringify(value)} ${fault}`);
  }
  return { notes };
}

/** Asks what is required and was found nowhere: a default would be a guess about somebody else's service. */
async function askOpen(inputs: readonly Input[], given: readonly Given[], ask: Prompter): Promise<readonly Given[]> {
  const open = inputs.filter((input) => input.required && !input.when && !given.some(({ name }) => name === input.name));
  if (open.length === 0) return [];
  const { askForAnswers } = await import('../../template/ask.ts');
  const answers = await askForAnswers(open, {}, ask);
  return Object.entries(answers).map(([name, value]) => ({ name, value, from: 'file' }));
}

/** What was found for a question that is not asked with these answers is no answer. */
function withoutIdle(inputs: readonly Input[], given: readonly Given[]): readonly Given[] {
  const value = (name: string) => given.findLast((each) => each.name === name)?.value ?? inputs.find((each) => each.name === name)?.default;
  return given.filter(({ name, from }) => {
    const when = inputs.find((input) => input.name === name)?.when;
    return from === 'flag' || when === undefined || when.values.includes(String(value(when.input)));
  });
}
