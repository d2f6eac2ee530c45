import { SvcError } from '../errors.ts';
import type { Flags } from './command.ts';

/** For an option that may be given again: commander hands over each value with those before it. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/**
 * The answers given by `--set input=value`, in their order.
 * @throws SvcError input/invalid
 */
export function answersOf(flags: Flags): readonly (readonly [name: string, value: string])[] {
  const given = flags['set'];
  return Array.isArray(given) ? given.map(String).map(pair) : [];
}

function pair(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new SvcError('input/invalid', `--set ${text} is no answer`, {
    hint: `Write the input and its value: --set ${text || 'input'}=value`,
  });
}
