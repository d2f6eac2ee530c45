import { clip, type Interval, intervalOf } from './intervals.ts';
import { compare } from './order.ts';
import type { TraceNode, TraceTree } from './tree.ts';

/** A stretch of time in which the trace as a whole waited for this span, and for none below it. */
export interface Segment extends Interval {
  readonly node: TraceNode;
}

interface Visit {
  /** Undefined above several roots: time there belongs to nobody. */
  readonly node: TraceNode | undefined;
  readonly start: bigint;
  /** What is left to explain ends here; moves towards `start`. */
  cursor: bigint;
  /** Children by end, the last first. */
  readonly children: readonly Child[];
  next: number;
}

interface Child extends Interval {
  readonly node: TraceNode;
}

/**
 * Which spans a faster answer has to make faster: from the end backwards, each span waits for the child that ended last, before
 * that for the last that had ended when that one started, and so on down. Segments are disjoint and in order of time.
 *
 * The idea is Jaeger's and CRISP's (Zhang et al., USENIX ATC 2022); this one is iterative and sorts each span's children once, so
 * that 100,000 spans in any shape are fine, and a child that ends exactly where the next one starts is on the path.
 */
export function criticalPath({ roots, start, end }: TraceTree): readonly Segment[] {
  const segments: Segment[] = [];
  const [only] = roots;
  const first = roots.length === 1 && only ? visit(only, only.children, intervalOf(only)) : visit(undefined, roots, { start, end });
  const open = [first];
  for (let current = open.at(-1); current; current = open.at(-1)) {
    const child = nextChild(current);
    const reached = child?.end ?? current.start;
    if (current.node && reached < current.cursor) segments.push({ node: current.node, start: reached, end: current.cursor });
    if (!child) {
      open.pop();
      continue;
    }
    current.cursor = child.start;
    open.push(visit(child.node, child.node.children, child));
  }
  return segments.reverse();
}

function visit(node: TraceNode | undefined, children: readonly TraceNode[], within: Interval): Visit {
  const clipped = children.flatMap((child) => {
    const part = isAwaited(child, node) ? clip(intervalOf(child), within) : undefined;
    return part ? { node: child, ...part } : [];
  });
  clipped.sort((a, b) => compare(b.end, a.end) || compare(a.start, b.start));
  return { node, start: within.start, cursor: within.end, children: clipped, next: 0 };
}

/** A message's sender does not wait for its consumer. */
function isAwaited(child: TraceNode, parent: TraceNode | undefined): boolean {
  return parent === undefined || child.span.kind !== 'consumer' || parent.span.kind !== 'producer';
}

/** The last child that had ended when the path reached the cursor. Each is looked at once, so moments cannot hold it up. */
function nextChild(current: Visit): Child | undefined {
  while (current.next < current.children.length) {
    const child = current.children[current.next++];
    if (child && child.end <= current.cursor) return child;
  }
  return undefined;
}
