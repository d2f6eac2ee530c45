import { Command } from 'commander';
import type { AnyCommand } from './command.ts';

/** What a shell cannot know: the names of what is there, for the words that stand before. */
export type Names = (kind: NamedKind, before: readonly string[]) => Promise<readonly string[]>;
export type NamedKind = Exclude<NonNullable<AnyCommand['completes']>, 'folder'> | 'environment' | 'revision';

/** Options whose value is the name of something: in every command that has them, or in one. */
const NAMED_BY: Readonly<Record<string, NamedKind>> = { '--env': 'environment', 'rollback --to': 'revision' };

/**
 * Candidates for the last of `words` (what is typed so far, without `svc`); `:files` leaves it to the shell.
 * An option's own value is completed from its choices where it has some, or by what it names.
 */
export async function candidates(words: readonly string[], specs: readonly AnyCommand[], names: Names): Promise<readonly string[]> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const next = nextWords(before, specs);
  if (before.length === 0) return startingWith(typed, [...next, '--help', '--version']);
  const spec = specs.findLast(({ name }) => isStart(name.split(' '), before));
  if (!spec) return startingWith(typed, next);
  const command = spec.declare(new Command(spec.name));
  const option = command.options.find(({ long, short }) => [long, short].includes(before.at(-1)));
  if (option && (option.required || option.optional)) {
    const named = NAMED_BY[option.long ?? ''] ?? NAMED_BY[`${spec.name} ${option.long}`];
    const values = option.argChoices ?? (named ? await names(named, before) : undefined);
    return values ? startingWith(typed, values) : [':files'];
  }
  if (typed.startsWith('-')) {
    return startingWith(typed, [...command.options.flatMap(({ long }) => long ?? []), '--json', '--help']);
  }
  if (spec.completes === 'folder') return [':files'];
  return startingWith(typed, [...next, ...(spec.completes ? await names(spec.completes, before) : [])]);
}

/** The words that may follow these in the name of a command. */
function nextWords(before: readonly string[], specs: readonly AnyCommand[]): readonly string[] {
  const longer = specs.map(({ name }) => name.split(' ')).filter((name) => name.length > before.length && isStart(before, name));
  return [...new Set(longer.map((name) => name[before.length] ?? ''))];
}

function isStart(start: readonly string[], words: readonly string[]): boolean {
  return start.every((word, index) => word === words[index]);
}

function startingWith(typed: string, words: readonly string[]): readonly string[] {
  return words.filter((word) => word.startsWith(typed));
}
