import { type Answer, type Answers, applies, defaultOf, type Input } from '../input.ts';

/** One thing that can be chosen, and what can be chosen for it. */
export interface Axis {
  readonly name: string;
  readonly values: readonly Answer[];
}

/** A choice for each axis, in their order. */
export type Row = readonly Answer[];

export interface Matrix {
  readonly rows: readonly Row[];
  /** How many rows there would be if every combination were one. */
  readonly combinations: number;
}

/** Up to so many combinations are all taken: rendering them costs less than to think of one that was left out. */
const ALL = 128;
/** Beyond this an author waits for what hardly finds more. */
const MOST = 1_000;

/** What a template may be asked: inputs with a known list of answers. */
export function axesOf(inputs: readonly Input[]): readonly Axis[] {
  return inputs
    .filter(({ secret }) => !secret)
    .flatMap((input) => {
      const values = choicesOf(input);
      return values ? [{ name: input.name, values }] : [];
    });
}

function choicesOf({ type, enum: values, items }: Input): readonly Answer[] | undefined {
  if (type === 'boolean') return [false, true];
  return type === 'array' ? items?.enum && [[], items.enum] : values;
}

/** Every combination where they are few, else rows in which every pair of choices is met at least once. */
export function matrixOf(axes: readonly Axis[]): Matrix {
  const combinations = axes.reduce((product, { values }) => product * values.length, 1);
  const rows = combinations <= ALL ? everyRow(axes) : pairRows(axes);
  return { rows: rows.slice(0, MOST), combinations };
}

function everyRow(axes: readonly Axis[]): readonly Row[] {
  return axes.reduce<readonly Row[]>((rows, { values }) => rows.flatMap((row) => values.map((value) => [...row, value])), [[]]);
}

/** Greedy: each row begins with a pair that none has met, and is filled with what meets most of the others. */
function pairRows(axes: readonly Axis[]): readonly Row[] {
  const open = new Set(axes.flatMap((_, a) => axes.slice(a + 1).flatMap((_, rest) => pairsOf(axes, a, a + 1 + rest))));
  const rows: Row[] = [];
  for (const pair of open) {
    const row = filled(axes, pair, open);
    for (const met of pairsIn(row)) open.delete(met);
    rows.push(row.map((choice, axis) => axes[axis]?.values[choice] ?? ''));
  }
  return rows;
}

/** A pair of choices: the places of two axes and of their values. */
function pairKey(axis: number, value: number, other: readonly [axis: number, value: number]): string {
  return axis < other[0] ? `${axis}.${value} ${other[0]}.${other[1]}` : `${other[0]}.${other[1]} ${axis}.${value}`;
}

function pairsOf(axes: readonly Axis[], a: number, b: number): readonly string[] {
  return (axes[a]?.values ?? []).flatMap((_, x) => (axes[b]?.values ?? []).map((_, y) => pairKey(a, x, [b, y])));
}

function pairsIn(row: readonly number[]): readonly string[] {
  return row.flatMap((x, a) => row.slice(a + 1).map((y, rest) => pairKey(a, x, [a + 1 + rest, y])));
}

function filled(axes: readonly Axis[], pair: string, open: ReadonlySet<string>): readonly number[] {
  const chosen = new Map(pair.split(' ').map((choice) => choice.split('.').map(Number) as [number, number]));
  for (const [axis, { values }] of axes.entries()) {
    if (chosen.has(axis)) continue;
    const met = (value: number) => [...chosen].filter((other) => open.has(pairKey(axis, value, other))).length;
    const best = values.reduce<number>((best, _, value) => (met(value) > met(best) ? value : best), 0);
    chosen.set(axis, best);
  }
  return axes.map((_, axis) => chosen.get(axis) ?? 0);
}

/**
 * The answers of a row: its choices, and `others` for what has no list of answers. What is not asked with these is left out, as
 * a person would not be asked it.
 */
export function answersOfRow(inputs: readonly Input[], choices: Answers, others: Answers): Answers {
  const answers: Record<string, Answer> = {};
  const seen: Record<string, Answer> = {};
  for (const input of inputs) {
    if (!applies(input, seen)) continue;
    const answer = choices[input.name] ?? others[input.name];
    if (answer !== undefined) answers[input.name] = answer;
    const now = answer ?? defaultOf(input, seen);
    if (now !== undefined) seen[input.name] = now;
  }
  return answers;
}
