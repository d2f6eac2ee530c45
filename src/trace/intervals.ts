import { compare, earlier, later } from './order.ts';
import { durationOf } from './span.ts';
import type { TraceNode } from './tree.ts';

/** From `start` to `end`, in nanoseconds since the epoch. */
export interface Interval {
  readonly start: bigint;
  readonly end: bigint;
}

/** The time in which a span runs; a span that ends before it starts is a moment. */
export function intervalOf({ span }: TraceNode): Interval {
  return { start: span.start, end: span.start + durationOf(span) };
}

/** The part of `inner` that lies in `outer`, or undefined where they do not meet. Touching counts as meeting. */
export function clip(inner: Interval, outer: Interval): Interval | undefined {
  const start = later(inner.start, outer.start);
  const end = earlier(inner.end, outer.end);
  return start <= end ? { start, end } : undefined;
}

/** The same time as disjoint intervals in order. */
export function union(intervals: readonly Interval[]): readonly Interval[] {
  const merged: { start: bigint; end: bigint }[] = [];
  for (const { start, end } of intervals.toSorted((a, b) => compare(a.start, b.start))) {
    const last = merged.at(-1);
    if (!last || start > last.end) merged.push({ start, end });
    else if (end > last.end) last.end = end;
  }
  return merged;
}

export function lengthOf(disjoint: readonly Interval[]): bigint {
  return disjoint.reduce((sum, { start, end }) => sum + end - start, 0n);
}

/** How long a span ran while none of its children did: its own work, or waiting that nobody recorded. Nanoseconds. */
export function selfTimeOf(node: TraceNode): bigint {
  const own = intervalOf(node);
  if (node.children.length === 0) return own.end - own.start;
  const below = node.children.flatMap((child) => clip(intervalOf(child), own) ?? []);
  return own.end - own.start - lengthOf(union(below));
}
