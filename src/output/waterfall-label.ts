import { showDuration } from '../trace/duration.ts';
import { later } from '../trace/order.ts';
import { durationOf, httpStatusOf, isError, peerOf } from '../trace/span.ts';
import type { Style } from './style.ts';
import { printable, truncate, widthOf } from './text.ts';
import type { Row } from './waterfall-rows.ts';

/** A piece of a line and how it looks. */
export interface Piece {
  readonly text: string;
  readonly paint: (text: string) => string;
  /** What to do where the room is short: leave it out, or cut it before anything else is cut. */
  readonly short?: 'omit' | 'cut';
}

const WIDE_GUIDES = { branch: '├─ ', last: '└─ ', through: '│  ', nothing: '   ' };
const NARROW_GUIDES = { branch: '├ ', last: '└ ', through: '│ ', nothing: '  ' };

export interface Guides {
  readonly signs: typeof WIDE_GUIDES;
  /** Deeper rows say their depth as a number: the lines would take all the room. */
  readonly deepest: number;
}

export function guidesFor(columns: number): Guides {
  const signs = columns < 80 ? NARROW_GUIDES : WIDE_GUIDES;
  return { signs, deepest: Math.max(2, Math.floor(columns / 4 / signs.branch.length)) };
}

/** What stands left of a row's name. */
export function guideOf(row: Row, { signs, deepest }: Guides): string {
  if (row.depth === 0) return '';
  if (row.depth > deepest) return `${row.depth}↳ `;
  let guide = row.isLast ? signs.last : signs.branch;
  for (let above = row.above; above && above.depth > 0; above = above.above) guide = (above.isLast ? signs.nothing : signs.through) + guide;
  return guide;
}

/** The lines that pass through what stands below a row and belongs to it. */
export function guideBelow(row: Row, hasChildren: boolean, { signs, deepest }: Guides): string {
  if (row.depth > deepest) return '';
  let guide = hasChildren && row.depth < deepest ? signs.through : signs.nothing;
  for (let above: Row | undefined = row; above && above.depth > 0; above = above.above) {
    guide = (above.isLast ? signs.nothing : signs.through) + guide;
  }
  return guide;
}

/** Guides, service where it changes, name, and what stands out: failure, HTTP status, repetition. */
export function labelOf(row: Row, guides: Guides, style: Style): readonly Piece[] {
  const [{ span }] = row.nodes;
  const failed = isError(span);
  const { service } = span.source;
  const changes = row.above?.nodes[0].span.source.service !== service;
  return [
    { text: guideOf(row, guides), paint: style.faint },
    ...(failed ? [{ text: '✗ ', paint: style.bad }] : []),
    ...(changes ? [{ text: `${printable(service)} `, paint: style.accent }] : []),
    { text: printable(span.name) || '(no name)', paint: failed ? style.bad : plainly, short: 'cut' },
    ...peerPiece(row, style),
    ...statusOf(row, style),
    ...repetitionOf(row, style),
  ];
}

const plainly = (text: string) => text;

function peerPiece({ nodes: [{ span }] }: Row, style: Style): readonly Piece[] {
  const peer = peerOf(span);
  return peer === undefined ? [] : [{ text: ` → ${printable(peer)}`, paint: style.faint, short: 'omit' }];
}

function statusOf({ nodes: [{ span }], depth }: Row, style: Style): readonly Piece[] {
  const status = httpStatusOf(span);
  if (status === undefined || (status < 400 && depth > 0)) return [];
  return [{ text: ` ${status}`, paint: status >= 500 ? style.bad : status >= 400 ? style.warn : style.good }];
}

function repetitionOf({ nodes }: Row, style: Style): readonly Piece[] {
  if (nodes.length === 1) return [];
  const slowest = nodes.map(({ span }) => durationOf(span)).reduce(later);
  return [
    { text: ` × ${nodes.length}`, paint: style.strong },
    { text: ` max ${showDuration(slowest)}`, paint: style.faint, short: 'omit' },
  ];
}

export function widthOfPieces(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** Names are not cut below this: a few letters tell more than none. */
const SHORTEST_NAME = 4;

/** The pieces painted, cut and filled up to exactly that many columns. */
export function fitted(pieces: readonly Piece[], columns: number): string {
  let left = columns;
  let line = '';
  for (const { text, paint } of shortened(pieces, columns)) {
    const shown = truncate(text, left);
    line += shown === '' ? '' : paint(shown);
    left -= widthOf(shown);
  }
  return line + ' '.repeat(Math.max(0, left));
}

function shortened(pieces: readonly Piece[], columns: number): readonly Piece[] {
  if (widthOfPieces(pieces) <= columns) return pieces;
  const needed = pieces.filter(({ short }) => short !== 'omit');
  const over = widthOfPieces(needed) - columns;
  if (over <= 0) return needed;
  return needed.map((piece) =>
    piece.short === 'cut' ? { ...piece, text: truncate(piece.text, Math.max(SHORTEST_NAME, widthOf(piece.text) - over)) } : piece,
  );
}
