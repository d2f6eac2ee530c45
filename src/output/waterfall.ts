import type { Analysis } from '../trace/analysis.ts';
import { showDuration } from '../trace/duration.ts';
import { type Interval, intervalOf, union } from '../trace/intervals.ts';
import { durationOf, isError } from '../trace/span.ts';
import type { TraceNode } from '../trace/tree.ts';
import type { Style } from './style.ts';
import { padStart, widthOf } from './text.ts';
import { barOf } from './waterfall-bar.ts';
import { fitted, type Guides, guidesFor, labelOf, type Piece, widthOfPieces } from './waterfall-label.ts';
import { notesBelow } from './waterfall-notes.ts';
import { type Row, rowsOf } from './waterfall-rows.ts';
import { footer, header } from './waterfall-summary.ts';

export interface WaterfallOptions {
  /** Every span on a row of its own, however many there are. */
  readonly all: boolean;
  /** What could not be read of the trace. */
  readonly problems: readonly string[];
}

/** Nobody reads more; the summary below names every error. */
const MOST_ROWS = 500;
const NARROWEST_WITH_BAR = 40;
const NARROWEST_WITH_SELF_TIME = 100;
/** With more rows than this, events and links are noise. */
const MOST_ROWS_WITH_NOTES = 100;

interface Line {
  readonly row: Row;
  readonly label: readonly Piece[];
  readonly time: string;
  readonly self: string;
}

interface Layout {
  readonly label: number;
  readonly time: number;
  /** 0 where there is no such column. */
  readonly self: number;
  readonly bar: number;
}

/** A trace as text for a terminal: what it is, a row for each span with its time to scale, and what to look at. */
export function waterfall(analysis: Analysis, style: Style, { all, problems }: WaterfallOptions): string {
  const { rows, hiddenSpans } = rowsOf(analysis.tree, { all, most: all ? Number.POSITIVE_INFINITY : MOST_ROWS });
  const guides = guidesFor(style.columns);
  const lines = rows.map((row) => lineOf(row, analysis, { guides, style }));
  const layout = layoutOf(lines, style.columns);
  const critical = criticalByNode(analysis);
  const notes = all || rows.length <= MOST_ROWS_WITH_NOTES;
  const body = lines.flatMap((line) => [
    show(line, { analysis, critical, layout, style }),
    ...notesBelow(line.row, { guides, style, notes }),
  ]);
  const text = [
    ...header(analysis, style),
    '',
    ...axis(analysis, layout, style),
    ...body,
    ...(hiddenSpans > 0 ? [style.faint(`… and ${hiddenSpans} more spans: --all shows them`)] : []),
    '',
    ...footer(analysis, problems, style),
  ];
  return text.map((line) => line.trimEnd()).join('\n');
}

function lineOf(row: Row, { selfTimes }: Analysis, { guides, style }: { readonly guides: Guides; readonly style: Style }): Line {
  const sum = (value: (node: TraceNode) => bigint) => row.nodes.reduce((total, node) => total + value(node), 0n);
  return {
    row,
    label: labelOf(row, guides, style),
    time: showDuration(sum(({ span }) => durationOf(span))),
    self: showDuration(sum((node) => selfTimes.get(node) ?? 0n)),
  };
}

/** Names get what they need up to half of the room, the bar the rest. */
function layoutOf(lines: readonly Line[], columns: number): Layout {
  const widest = (value: (line: Line) => number, least: number) => lines.reduce((most, line) => Math.max(most, value(line)), least);
  const time = widest(({ time }) => widthOf(time), 4);
  const self = columns >= NARROWEST_WITH_SELF_TIME ? widest(({ self }) => widthOf(self), 4) : 0;
  const room = columns - time - 1 - (self > 0 ? self + 2 : 0);
  const wanted = widest(({ label }) => widthOfPieces(label), 4);
  if (columns < NARROWEST_WITH_BAR) return { label: Math.max(8, room - 1), time, self, bar: 0 };
  const label = Math.min(wanted, Math.floor((room - 2) * (columns < 80 ? 0.6 : 0.5)));
  return { label, time, self, bar: room - label - 2 };
}

interface Scene {
  readonly analysis: Analysis;
  readonly critical: ReadonlyMap<TraceNode, readonly Interval[]>;
  readonly layout: Layout;
  readonly style: Style;
}

function show({ row, label, time, self }: Line, { analysis, critical, layout, style }: Scene): string {
  const columns = [fitted(label, layout.label), padStart(time, layout.time)];
  if (layout.self > 0) columns.push(` ${style.faint(padStart(self, layout.self))}`);
  if (layout.bar > 0) columns.push(` ${bar(row, { analysis, critical, layout, style })}`);
  return columns.join(' ');
}

function bar({ nodes }: Row, { analysis: { tree }, critical, layout, style }: Scene): string {
  const failed = isError(nodes[0].span);
  const runs = barOf(
    { ran: union(nodes.map(intervalOf)), critical: nodes.flatMap((node) => critical.get(node) ?? []) },
    { start: tree.start, end: tree.end, columns: layout.bar },
  );
  const paint = (thick: boolean) => (failed ? style.bad : thick ? style.accent : style.faint);
  return runs.map(({ text, thick }) => (text.trim() === '' ? text : paint(thick)(text))).join('');
}

function axis({ duration }: Analysis, layout: Layout, style: Style): readonly string[] {
  if (layout.bar === 0) return [];
  const titles = [' '.repeat(layout.label), padStart('time', layout.time)];
  if (layout.self > 0) titles.push(` ${padStart('self', layout.self)}`);
  titles.push(` 0${padStart(showDuration(duration), layout.bar - 1)}`);
  return [style.faint(titles.join(' '))];
}

function criticalByNode({ path }: Analysis): ReadonlyMap<TraceNode, readonly Interval[]> {
  const byNode = new Map<TraceNode, Interval[]>();
  for (const segment of path) {
    const segments = byNode.get(segment.node);
    if (segments) segments.push(segment);
    else byNode.set(segment.node, [segment]);
  }
  return byNode;
}
