import type { Style } from './style.ts';
import { padEnd, printable, widthOf } from './text.ts';

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
  const rows = sorted.map((file) => ({ fate: file.fate, path: printable(file.path), why: whyOf(file) }));
  const width = Math.max(0, ...rows.map(({ path, why }) => (why === '' ? 0 : widthOf(path))));
  return rows.map(({ fate, path, why }) => {
    return `  ${painted(fate, style)}  ${why === '' ? path : `${padEnd(path, width)}  ${style.faint(why)}`}`;
  });
}

function whyOf({ from, message }: FileFateRow): string {
  return [...(from === undefined ? [] : [`was ${from}`]), ...(message === undefined ? [] : [message])].map(printable).join(', ');
}

function painted(fate: FileFateRow['fate'], style: Style): string {
  const text = padEnd(fate, WIDTH);
  if (fate === 'conflict') return style.bad(text);
  if (fate === 'healed') return style.warn(text);
  return fate === 'kept' ? style.faint(text) : style.good(text);
}
