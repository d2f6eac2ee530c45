import type { Style } from './style.ts';
import { padEnd, printable } from './text.ts';

/** What became of a file, or would. */
export interface FileFateRow {
  readonly path: string;
  readonly fate: 'new' | 'clean' | 'merged' | 'conflict' | 'kept' | 'gone' | 'healed';
  /** The path before. */
  readonly from?: string;
  readonly message?: string;
}

/** What needs the user comes first. */
const ORDER: readonly FileFateRow['fate'][] = ['conflict', 'healed', 'merged', 'clean', 'new', 'gone', 'kept'];
const WIDTH = 8;

/** A line for each file: its fate, its path, and why. */
export function fileFates(files: readonly FileFateRow[], style: Style): readonly string[] {
  const sorted = [...files].sort((a, b) => ORDER.indexOf(a.fate) - ORDER.indexOf(b.fate));
  return sorted.map(({ path, from, fate, message }) => {
    const moved = from === undefined ? '' : style.faint(`  was ${printable(from)}`);
    const why = message === undefined ? '' : style.faint(`  ${printable(message)}`);
    return `  ${painted(fate, style)}  ${printable(path)}${moved}${why}`;
  });
}

function painted(fate: FileFateRow['fate'], style: Style): string {
  const text = padEnd(fate, WIDTH);
  if (fate === 'conflict') return style.bad(text);
  if (fate === 'healed') return style.warn(text);
  return fate === 'kept' ? style.faint(text) : style.good(text);
}
