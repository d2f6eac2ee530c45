import { SvcError } from '../../errors.ts';
import type { Choice, Prompter } from '../runtime.ts';

/** Questions on the terminal, or a clear refusal where there is none. */
export function nodePrompter(interactive: boolean, signal: AbortSignal): Prompter {
  const context = { signal, output: process.stderr };
  return {
    text: (question) =>
      asked(question, interactive, ({ input }) =>
        input({ message: question.message, validate: verdict(question.validate), ...given({ default: question.default }) }, context),
      ),
    secret: (question) =>
      asked(question, interactive, ({ password }) =>
        password({ message: question.message, mask: true, validate: verdict(question.validate) }, context),
      ),
    choice: (question) =>
      asked(question, interactive, ({ select }) =>
        select(
          { message: question.message, choices: question.choices.map((choice) => shown(choice)), ...given({ default: question.default }) },
          context,
        ),
      ),
    choices: (question) =>
      asked(question, interactive, ({ checkbox }) =>
        checkbox({ message: question.message, choices: question.choices.map((choice) => shown(choice, question.default ?? [])) }, context),
      ),
    confirm: (question) =>
      asked(question, interactive, ({ confirm }) => confirm({ message: question.message, default: question.default }, context)),
  };
}

async function asked<T>(
  question: { readonly message: string },
  interactive: boolean,
  ask: (prompts: typeof import('@inquirer/prompts')) => Promise<T>,
): Promise<T> {
  if (!interactive) {
    throw new SvcError('input/not-interactive', `Nobody is at a terminal to answer: ${question.message}`, {
      hint: 'Give the answer as a flag, or take all defaults with --yes',
    });
  }
  try {
    return await ask(await import('@inquirer/prompts'));
  } catch (error) {
    if (error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError')) {
      throw new SvcError('input/cancelled', 'Cancelled', { hint: 'Nothing was changed', cause: error });
    }
    throw error;
  }
}

function verdict(validate: ((answer: string) => string | undefined) | undefined): (answer: string) => string | true {
  return (answer) => validate?.(answer) ?? true;
}

function shown({ value, label = value, hint }: Choice, checked: readonly string[] = []) {
  return { value, name: label, checked: checked.includes(value), ...given({ description: hint }) };
}

/** An object without the keys that hold undefined: optional properties may be absent, not undefined. */
function given<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
