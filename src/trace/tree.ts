import { compare, earlier, later } from './order.ts';
import { durationOf, isError, type Span } from './span.ts';

/** A span in its place. Every span of the trace is in exactly one place, whatever the parents say. */
export interface TraceNode {
  readonly span: Span;
  readonly parent: TraceNode | undefined;
  /** By start; equal starts with the longer first. */
  readonly children: readonly TraceNode[];
  /** 0 for a root. */
  readonly depth: number;
}

export interface TraceTree {
  readonly traceId: string;
  /** The true root first, then what hangs in the air, by start. */
  readonly roots: readonly TraceNode[];
  /** Every node, parents before their children. */
  readonly nodes: readonly TraceNode[];
  readonly start: bigint;
  readonly end: bigint;
  /** What is odd about the trace; nothing is mended without being told. */
  readonly oddities: readonly Oddity[];
}

/**
 * - `orphan`: the parent is not in the trace; the span stands as a root.
 * - `cycle`: the span is its own ancestor; the earliest of the ring stands as a root.
 * - `duplicate`: another span has the same id; children hang below the first.
 * - `starts-early`: the span starts before its parent, `by` nanoseconds: the clocks of two machines differ.
 * - `ends-before-start`: it counts as a moment.
 */
export interface Oddity {
  readonly kind: 'orphan' | 'cycle' | 'duplicate' | 'starts-early' | 'ends-before-start';
  readonly span: Span;
  readonly by?: bigint;
}

interface Growing extends TraceNode {
  parent: Growing | undefined;
  readonly children: Growing[];
  depth: number;
}

/**
 * Puts the spans of one trace in order. Works for any input: no parent, several roots, rings of parents, ids that come twice.
 * An identical copy of a span (an exporter that sent it again) is left out. Nothing here recurses: traces can be 100,000 deep.
 * @param spans at least one, all of one trace
 */
export function buildTree(spans: readonly [Span, ...Span[]]): TraceTree {
  const oddities: Oddity[] = [];
  const { all, byId } = plant(spans, oddities);
  const roots = attach(all, byId, oddities);
  breakCycles(all, roots, oddities);
  for (const node of all) node.children.sort(byStart);
  roots.sort(trueRootFirst);
  const nodes = listed(roots);
  for (const node of nodes) noteTimes(node, oddities);
  return { traceId: spans[0].traceId, roots, nodes, ...extent(nodes), oddities };
}

function plant(spans: readonly Span[], oddities: Oddity[]) {
  const all: Growing[] = [];
  const byId = new Map<string, Growing>();
  const twins = new Set<string>();
  for (const span of spans) {
    const first = byId.get(span.id);
    if (first) {
      // Only ids that come twice pay for the comparison of everything.
      twins.add(looksOf(first.span));
      if (twins.has(looksOf(span))) continue;
      twins.add(looksOf(span));
      oddities.push({ kind: 'duplicate', span });
    }
    const node: Growing = { span, parent: undefined, children: [], depth: 0 };
    all.push(node);
    if (!first) byId.set(span.id, node);
  }
  return { all, byId };
}

function looksOf({ id, source, kind, start, end, name }: Span): string {
  return `${id} ${source.service} ${kind} ${start} ${end} ${name}`;
}

function attach(all: readonly Growing[], byId: ReadonlyMap<string, Growing>, oddities: Oddity[]): Growing[] {
  const roots: Growing[] = [];
  for (const node of all) {
    const { parentId } = node.span;
    const parent = parentId === undefined ? undefined : byId.get(parentId);
    if (parent) {
      node.parent = parent;
      parent.children.push(node);
      continue;
    }
    roots.push(node);
    if (parentId !== undefined) oddities.push({ kind: 'orphan', span: node.span });
  }
  return roots;
}

/** Nodes that no root reaches are on a ring of parents, or below one: each ring is cut before its earliest span. */
function breakCycles(all: readonly Growing[], roots: Growing[], oddities: Oddity[]): void {
  const placed = new Set<TraceNode>(listed(roots));
  if (placed.size === all.length) return;
  for (const node of all) {
    if (placed.has(node)) continue;
    const first = ringAbove(node).sort(byStart)[0] ?? node;
    const above = first.parent;
    above?.children.splice(above.children.indexOf(first), 1);
    first.parent = undefined;
    roots.push(first);
    oddities.push({ kind: 'cycle', span: first.span });
    for (const reached of listed([first])) placed.add(reached);
  }
}

/** The ring that a walk from parent to parent runs into. */
function ringAbove(start: Growing): Growing[] {
  const seen = new Set<Growing>();
  let node: Growing | undefined = start;
  while (node && !seen.has(node)) {
    seen.add(node);
    node = node.parent;
  }
  const walked = [...seen];
  return node ? walked.slice(walked.indexOf(node)) : walked;
}

/** Depth-first, children in order; sets each depth on the way. */
function listed(roots: readonly Growing[]): Growing[] {
  const nodes: Growing[] = [];
  const open = roots.toReversed();
  for (let node = open.pop(); node; node = open.pop()) {
    node.depth = node.parent ? node.parent.depth + 1 : 0;
    nodes.push(node);
    for (let i = node.children.length - 1; i >= 0; i--) open.push(node.children[i] as Growing);
  }
  return nodes;
}

function noteTimes({ span, parent }: TraceNode, oddities: Oddity[]): void {
  if (span.end < span.start) oddities.push({ kind: 'ends-before-start', span, by: span.start - span.end });
  if (parent && span.start < parent.span.start) oddities.push({ kind: 'starts-early', span, by: parent.span.start - span.start });
}

function extent(nodes: readonly TraceNode[]): { readonly start: bigint; readonly end: bigint } {
  let start = nodes[0]?.span.start ?? 0n;
  let end = start;
  for (const { span } of nodes) {
    start = earlier(start, span.start);
    end = later(end, span.start + durationOf(span));
  }
  return { start, end };
}

function byStart({ span: a }: TraceNode, { span: b }: TraceNode): number {
  return compare(a.start, b.start) || compare(b.end, a.end) || compare(a.id, b.id);
}

function trueRootFirst(a: TraceNode, b: TraceNode): number {
  return Number(a.span.parentId !== undefined) - Number(b.span.parentId !== undefined) || byStart(a, b);
}

/** Whether a node failed while none below it did: where a failure began. */
export function isOrigin({ span, children }: TraceNode): boolean {
  return isError(span) && !children.some((child) => isError(child.span));
}
