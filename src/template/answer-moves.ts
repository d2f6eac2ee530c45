import type { InputMove } from './manifest/manifest.ts';

/** Answers as they were recorded, under the names that their inputs have now. */
export interface FollowedAnswers {
  readonly answers: Readonly<Record<string, unknown>>;
  /** What became of answers that did not stay as they were, a sentence each. */
  readonly notes: readonly string[];
}

/** The name that a move takes away. */
export function oldName(move: InputMove): string {
  return 'removed' in move ? move.removed : move.from;
}

/** A value under its new name, as text where the move changes it; a list has each of its items looked up. */
export function movedValue({ values = {} }: { readonly values?: Readonly<Record<string, string>> }, value: unknown): unknown {
  const now = (one: unknown) => (Object.hasOwn(values, String(one)) ? values[String(one)] : one);
  return Array.isArray(value) ? value.map(now) : now(value);
}

/**
 * Recorded answers after the moves of their inputs, one after the other. An answer that is there under the new name already wins.
 * @param moves those that came after the answers were recorded, the oldest first
 */
export function followMoves(recorded: Readonly<Record<string, unknown>>, moves: readonly InputMove[]): FollowedAnswers {
  return moves.reduce<FollowedAnswers>(follow, { answers: recorded, notes: [] });
}

function follow({ answers, notes }: FollowedAnswers, move: InputMove): FollowedAnswers {
  const name = oldName(move);
  if (!Object.hasOwn(answers, name)) return { answers, notes };
  const { [name]: value, ...rest } = answers;
  if ('removed' in move) return { answers: rest, notes: [...notes, droppedNote(name, value)] };
  const now = movedValue(move, value);
  const note = `The answer ${name}: ${shown(value)} is ${move.to}: ${shown(now)} since ${move.in}`;
  return { answers: { [move.to]: now, ...rest }, notes: [...notes, note] };
}

/** That an answer counts no more. */
export function droppedNote(name: string, value: unknown): string {
  return `The answer ${name}: ${shown(value)} is dropped: the template does not ask for it any more`;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
