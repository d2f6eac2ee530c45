import { criticalPath, type Segment } from './critical-path.ts';
import { selfTimeOf } from './intervals.ts';
import { compare } from './order.ts';
import { errorMessageOf, isError, requestIdOf, type Span } from './span.ts';
import { isOrigin, type TraceNode, type TraceTree } from './tree.ts';

/** What a reader wants to know of a trace before its spans. Times are nanoseconds. */
export interface Analysis {
  readonly tree: TraceTree;
  readonly duration: bigint;
  readonly path: readonly Segment[];
  readonly selfTimes: ReadonlyMap<TraceNode, bigint>;
  /** Those that the trace waited for longest first. */
  readonly services: readonly ServiceTime[];
  readonly errors: readonly Failure[];
  readonly errorCount: number;
  /** The first that a span carries. */
  readonly requestId: string | undefined;
}

export interface ServiceTime {
  readonly service: string;
  readonly spans: number;
  /** Sum over its spans; more than the trace's duration where they ran side by side. */
  readonly self: bigint;
  /** Its share of the critical path. */
  readonly critical: bigint;
}

/** Where a failure began: spans above it failed because of it. */
export interface Failure {
  readonly span: Span;
  readonly message: string;
}

export function analyse(tree: TraceTree): Analysis {
  const path = criticalPath(tree);
  const selfTimes = new Map(tree.nodes.map((node) => [node, selfTimeOf(node)]));
  return {
    tree,
    duration: tree.end - tree.start,
    path,
    selfTimes,
    services: timesByService(selfTimes, path),
    errors: tree.nodes.filter(isOrigin).map(({ span }) => ({ span, message: errorMessageOf(span) ?? '' })),
    errorCount: tree.nodes.filter(({ span }) => isError(span)).length,
    requestId: firstRequestId(tree.nodes),
  };
}

function timesByService(selfTimes: ReadonlyMap<TraceNode, bigint>, path: readonly Segment[]): readonly ServiceTime[] {
  const times = new Map<string, { spans: number; self: bigint; critical: bigint }>();
  for (const [{ span }, self] of selfTimes) {
    const time = times.get(span.source.service) ?? { spans: 0, self: 0n, critical: 0n };
    times.set(span.source.service, time);
    time.spans++;
    time.self += self;
  }
  for (const { node, start, end } of path) {
    const time = times.get(node.span.source.service);
    if (time) time.critical += end - start;
  }
  return Array.from(times, ([service, time]) => ({ service, ...time })).sort(
    (a, b) => compare(b.critical, a.critical) || compare(b.self, a.self) || compare(a.service, b.service),
  );
}

function firstRequestId(nodes: readonly TraceNode[]): string | undefined {
  for (const { span } of nodes) {
    const id = requestIdOf(span);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** The time on the critical path of each span that is on it. */
export function criticalTimes(path: readonly Segment[]): ReadonlyMap<TraceNode, bigint> {
  const times = new Map<TraceNode, bigint>();
  for (const { node, start, end } of path) times.set(node, (times.get(node) ?? 0n) + end - start);
  return times;
}
