/**
 * Two ways to the critical path of the same traces: svckit's, and the plain recursive one that trace viewers use (drop and clip
 * children, step into the one that finished last, then back to the last that finished strictly before it started, looking through
 * all children each time). Prints `children svckit_ms recursive_ms|overflow` a line.
 */
import { performance } from 'node:perf_hooks';
import { criticalPath } from '../src/trace/critical-path.ts';
import { fakeSpan } from '../src/trace/fake-trace.ts';
import { buildTree, type TraceNode, type TraceTree } from '../src/trace/tree.ts';

const RUNS = 7;

for (const children of [1_000, 3_000, 10_000, 100_000]) {
  const tree = flatTrace(children);
  const own = medianMs(() => criticalPath(tree));
  process.stdout.write(`${children} ${own.toFixed(2)} ${recursiveMs(tree)}\n`);
}

function flatTrace(children: number): TraceTree {
  const root = fakeSpan({ id: 0, from: 0, to: children * 10 });
  return buildTree([
    root,
    ...Array.from({ length: children }, (_, i) => fakeSpan({ id: i + 1, parent: 0, from: i * 10 + 1, to: i * 10 + 9 })),
  ]);
}

function recursiveMs(tree: TraceTree): string {
  const [root] = tree.roots;
  if (!root) return 'no root';
  try {
    return medianMs(() => walk(root, [], undefined)).toFixed(2);
  } catch (error) {
    if (error instanceof RangeError) return 'overflow';
    throw error;
  }
}

function walk(node: TraceNode, path: [TraceNode, bigint, bigint][], before: bigint | undefined): void {
  const finished = node.children.filter(({ span }) => before === undefined || span.end < before);
  const last = finished.reduce<TraceNode | undefined>(
    (found, child) => (found && found.span.end >= child.span.end ? found : child),
    undefined,
  );
  const end = before ?? node.span.end;
  if (!last) {
    path.push([node, node.span.start, end]);
    return;
  }
  path.push([node, last.span.end, end]);
  walk(last, path, undefined);
  walk(node, path, last.span.start);
}

function medianMs(work: () => unknown): number {
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
}
