import { isError } from '../trace/span.ts';
import type { TraceNode, TraceTree } from '../trace/tree.ts';

/** One line of the waterfall: a span, or siblings that repeat. */
export interface Row {
  readonly nodes: readonly [TraceNode, ...TraceNode[]];
  readonly above: Row | undefined;
  readonly isLast: boolean;
  readonly depth: number;
}

/** Fewer equal siblings are shown one by one: three retries are a story, two hundred queries a number. */
const REPEATS_FROM = 5;

/**
 * The rows of a trace, depth first. Siblings that repeat (same service, name, kind and fate) become one row, and so do their
 * children; `all` shows each span.
 * @param most rows that are wanted; the rest is only counted
 */
export function rowsOf(tree: TraceTree, { all, most }: { readonly all: boolean; readonly most: number }) {
  const rows: Row[] = [];
  let shown = 0;
  const open = rowsBelow(undefined, tree.roots, all).reverse();
  for (let row = open.pop(); row && rows.length < most; row = open.pop()) {
    rows.push(row);
    shown += row.nodes.length;
    const children = row.nodes.flatMap((node) => node.children);
    for (const below of rowsBelow(row, children, all).reverse()) open.push(below);
  }
  return { rows, hiddenSpans: tree.nodes.length - shown };
}

function rowsBelow(above: Row | undefined, siblings: readonly TraceNode[], all: boolean): Row[] {
  const depth = above ? above.depth + 1 : 0;
  const groups = all ? siblings.map((node) => [node] as const) : grouped(siblings, above && above.nodes.length > 1 ? 2 : REPEATS_FROM);
  return groups.map((nodes, index) => ({ nodes, above, depth, isLast: index === groups.length - 1 }));
}

function grouped(siblings: readonly TraceNode[], repeatsFrom: number): readonly Row['nodes'][] {
  const byLooks = new Map<string, [TraceNode, ...TraceNode[]]>();
  for (const node of siblings) {
    const looks = looksOf(node);
    const same = byLooks.get(looks);
    if (same) same.push(node);
    else byLooks.set(looks, [node]);
  }
  const groups: Row['nodes'][] = [];
  for (const node of siblings) {
    const same = byLooks.get(looksOf(node)) ?? [node];
    if (same.length < repeatsFrom) groups.push([node]);
    else if (same[0] === node) groups.push(same);
  }
  return groups;
}

function looksOf({ span }: TraceNode): string {
  return `${span.source.service}\0${span.kind}\0${isError(span)}\0${span.name}`;
}
