import type { Prompter } from '../runtime/runtime.ts';
import { answerFromText } from './answers.ts';
import { type Answer, type Answers, applies, defaultOf, faultOf, type Input } from './input.ts';

/** Asks, in the order of the pages, for every input that has no answer yet. An empty answer to an optional one leaves it out. */
export async function askForAnswers(inputs: readonly Input[], given: Answers, ask: Prompter): Promise<Answers> {
  const answers: Record<string, Answer> = { ...given };
  for (const input of inputs) {
    if (answers[input.name] !== undefined || !applies(input, answers)) continue;
    const value = defaultOf(input, answers);
    const answer = await question(value === undefined ? input : { ...input, default: value }, ask);
    if (answer !== undefined) answers[input.name] = answer;
  }
  return answers;
}

async function question(input: Input, ask: Prompter): Promise<Answer | undefined> {
  const message = input.title;
  if (input.secret) return ask.secret({ message, validate: (text) => faultOfText(input, text) });
  if (input.type === 'boolean') return ask.confirm({ message, default: input.default === true });
  if (input.enum) return ask.choice({ message, choices: choicesOf(input.enum), ...defaultText(input) });
  if (input.items?.enum)
    return ask.choices({ message, choices: choicesOf(input.items.enum), default: [input.default ?? []].flat().map(String) });
  return freeText(input, ask);
}

async function freeText(input: Input, ask: Prompter): Promise<Answer | undefined> {
  const message = input.type === 'array' ? `${input.title} (separated by commas)` : input.title;
  const text = await ask.text({ message, validate: (answer) => faultOfText(input, answer), ...defaultText(input) });
  return isLeftOut(input, text) ? undefined : (answerFromText(input, text) as Answer);
}

/** What is wrong with a typed answer, as a sentence. */
export function faultOfText(input: Input, text: string): string | undefined {
  if (isLeftOut(input, text)) return undefined;
  if (text === '' && input.required) return `${input.title} is required`;
  const fault = faultOf(input, answerFromText(input, text));
  return fault && `${input.title} ${fault}`;
}

/** An empty text is an answer of its own only where the input's rules take it. */
function isLeftOut(input: Input, text: string): boolean {
  return text === '' && !input.required && faultOf(input, answerFromText(input, text)) !== undefined;
}

function choicesOf(values: readonly string[]) {
  return values.map((value) => ({ value }));
}

function defaultText(input: Input): { readonly default?: string } {
  return input.default === undefined ? {} : { default: [input.default].flat().join(', ') };
}
