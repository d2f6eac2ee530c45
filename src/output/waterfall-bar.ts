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
 * Time as a line: thin where something ran, thick where the whole trace waited for it.
 * @param columns at least 1
 */
export function barOf(
  { ran, critical }: { readonly ran: readonly Interval[]; readonly critical: readonly Interval[] },
  scale: Scale,
): readonly BarRun[] {
  const halves = new Uint8Array(scale.columns * 2);
  for (const interval of ran) mark(halves, interval, { scale, weight: THIN });
  for (const interval of critical) mark(halves, interval, { scale, weight: THICK });
  const runs: { text: string; thick: boolean }[] = [];
  for (let at = 0; at < halves.length; at += 2) {
    const [left = 0, right = 0] = halves.subarray(at, at + 2);
    const cell = { text: CELLS[left]?.[right] ?? ' ', thick: Math.max(left, right) === THICK };
    const last = runs.at(-1);
    if (last && last.thick === cell.thick) last.text += cell.text;
    else runs.push(cell);
  }
  return runs;
}

export interface Scale extends Interval {
  readonly columns: number;
}

/** However short, it is seen: half a column at least. */
function mark(halves: Uint8Array, interval: Interval, { scale, weight }: { readonly scale: Scale; readonly weight: number }): void {
  const length = later(scale.end - scale.start, 1n);
  const position = (time: bigint) => Number(((time - scale.start) * BigInt(halves.length) * 16n) / length) / 16;
  const from = Math.min(Math.floor(position(interval.start)), halves.length - 1);
  const to = Math.max(Math.round(position(interval.end)), from + 1);
  halves.fill(weight, from, to);
}
