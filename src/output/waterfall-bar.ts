import type { Interval } from '../trace/intervals.ts';
import { later } from '../trace/order.ts';

/** By what the left and the right half of a cell hold: nothing, a thin line, a thick line. Two steps a column, in any font. */
const CELLS = [
  [' ', '╶', '╺'],
  ['╴', '─', '╼'],
  ['╸', '╾', '━'],
] as const;

const THIN = 1;
const THICK = 2;

/** A run of cells that look alike to the eye. */
export interface BarRun {
  readonly text: string;
  readonly thick: boolean;
}

/**
 * Time as a line: thin where something ran, thick where for the most part the whole trace waited for it.
 * @param columns at least 1
 */
export function barOf(
  { ran, critical }: { readonly ran: readonly Interval[]; readonly critical: readonly Interval[] },
  scale: Scale,
): readonly BarRun[] {
  const halves = new Uint8Array(scale.columns * 2);
  for (const interval of ran) mark(halves, interval, scale);
  if (critical.length > 0) thicken(halves, coverage(ran, scale), coverage(critical, scale));
  return runsOf(halves);
}

function thicken(halves: Uint8Array, ran: Float64Array, waited: Float64Array): void {
  for (let at = 0; at < halves.length; at++) {
    const here = waited[at] ?? 0;
    if (halves[at] === THIN && here > 0 && here * 2 >= (ran[at] ?? 0)) halves[at] = THICK;
  }
}

export interface Scale extends Interval {
  readonly columns: number;
}

/** However short, it is seen: half a column at least. */
function mark(halves: Uint8Array, interval: Interval, scale: Scale): void {
  const from = Math.min(Math.floor(positionOf(interval.start, scale)), halves.length - 1);
  const to = Math.max(Math.round(positionOf(interval.end, scale)), from + 1);
  halves.fill(THIN, from, to);
}

/** How much of each half column the intervals fill, from 0 to 1. */
function coverage(intervals: readonly Interval[], scale: Scale): Float64Array {
  const filled = new Float64Array(scale.columns * 2);
  for (const interval of intervals) {
    const [from, to] = [positionOf(interval.start, scale), positionOf(interval.end, scale)];
    for (let at = Math.floor(from); at < to; at++) filled[at] = (filled[at] ?? 0) + Math.min(to, at + 1) - Math.max(from, at);
  }
  return filled;
}

/** In half columns. */
function positionOf(time: bigint, { start, end, columns }: Scale): number {
  return (Number(time - start) / Number(later(end - start, 1n))) * columns * 2;
}

function runsOf(halves: Uint8Array): readonly BarRun[] {
  const runs: { text: string; thick: boolean }[] = [];
  for (let at = 0; at < halves.length; at += 2) {
    const [left, right] = [halves[at] ?? 0, halves[at + 1] ?? 0];
    const cell = { text: CELLS[left]?.[right] ?? ' ', thick: Math.max(left, right) === THICK };
    const last = runs.at(-1);
    if (last && last.thick === cell.thick) last.text += cell.text;
    else runs.push(cell);
  }
  return runs;
}
