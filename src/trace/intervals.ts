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

/** How long a span ran while none of its children did: its own work, or waiting that nobody recorded. Nanoseconds. */
export function selfTimeOf(node: TraceNode): bigint {
  const own = intervalOf(node);
  let self = own.end - own.start;
  let reached = own.start;
  // Children come by their start, so one walk finds every stretch that at least one of them covers.
  for (const child of node.children) {
    const { start, end } = intervalOf(child);
    const [from, to] = [later(start, reached), earlier(end, own.end)];
    if (to <= from) continue;
    self -= to - from;
    reached = to;
  }
  return self;
}
