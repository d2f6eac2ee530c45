import { Command } from 'commander';
import type { AnyCommand } from './command.ts';

/** What a shell cannot know: the names of what is there. */
export type Names = (kind: NonNullable<AnyCommand['completes']>) => Promise<readonly string[]>;

/**
 * Candidates for the last of `words` (what is typed so far, without `svc`); `:files` leaves it to the shell.
 * An option's own value is completed from its choices where it has some.
 */
export async function candidates(words: readonly string[], specs: readonly AnyCommand[], names: Names): Promise<readonly string[]> {
  const typed = words.at(-1) ?? '';
  const spec = specs.find(({ name }) => name === words[0]);
  if (words.length <= 1) return startingWith(typed, [...specs.map(({ name }) => name), '--help', '--version']);
  if (!spec) return [];
  const command = spec.declare(new Command(spec.name));
  const option = command.options.find(({ long, short }) => [long, short].includes(words.at(-2)));
  if (option && (option.required || option.optional)) return option.argChoices ? startingWith(typed, option.argChoices) : [':files'];
  if (typed.startsWith('-')) {
    return startingWith(typed, [...command.options.flatMap(({ long }) => long ?? []), '--json', '--help']);
  }
  return spec.completes ? startingWith(typed, await names(spec.completes)) : [];
}

function startingWith(typed: string, words: readonly string[]): readonly string[] {
  return words.filter((word) => word.startsWith(typed));
}
