import { showValue } from '../trace/attributes.ts';
import { showDuration } from '../trace/duration.ts';
import { errorMessageOf, type SpanEvent } from '../trace/span.ts';
import { isOrigin } from '../trace/tree.ts';
import type { Style } from './style.ts';
import { printable, truncate, widthOf } from './text.ts';
import { type Guides, guideBelow } from './waterfall-label.ts';
import type { Row } from './waterfall-rows.ts';

const MOST_EVENTS = 3;

interface Note {
  readonly text: string;
  readonly paint: (text: string) => string;
}

interface Look {
  readonly guides: Guides;
  readonly style: Style;
  /** Whether events and links are wanted; errors always are. */
  readonly notes: boolean;
}

/** The lines below a row: why it failed, what happened in it, what it continues. */
export function notesBelow(row: Row, { guides, style, notes }: Look): readonly string[] {
  const lines = [...errorOf(row, style), ...(notes && row.nodes.length === 1 ? [...eventsOf(row, style), ...linksOf(row, style)] : [])];
  if (lines.length === 0) return [];
  const guide = guideBelow(
    row,
    row.nodes.some(({ children }) => children.length > 0),
    guides,
  );
  const room = Math.max(8, style.columns - widthOf(guide));
  return lines.map(({ text, paint }) => style.faint(guide) + paint(truncate(text, room)));
}

function errorOf({ nodes }: Row, style: Style): readonly Note[] {
  const [first, ...others] = nodes.filter(isOrigin).map(({ span }) => errorMessageOf(span));
  if (first === undefined) return [];
  const more = others.length > 0 ? ` (the first of ${others.length + 1})` : '';
  return [{ text: `${printable(first)}${more}`, paint: style.bad }];
}

function eventsOf({ nodes: [{ span }] }: Row, style: Style): readonly Note[] {
  const events = span.events.filter(({ name }) => name !== 'exception');
  const shown = events.slice(0, MOST_EVENTS).map((event) => ({ text: eventText(event, span.start), paint: style.faint }));
  return events.length > MOST_EVENTS
    ? [...shown, { text: `  … and ${events.length - MOST_EVENTS} more events`, paint: style.faint }]
    : shown;
}

function eventText({ name, time, attributes }: SpanEvent, start: bigint): string {
  const details = Array.from(attributes, ([key, value]) => ` ${key}=${showValue(value)}`).join('');
  return `· +${showDuration(time - start)} ${printable(name + details)}`;
}

function linksOf({ nodes: [{ span }] }: Row, style: Style): readonly Note[] {
  const others = [...new Set(span.links.map(({ traceId }) => traceId))].filter((traceId) => traceId !== span.traceId);
  return others.slice(0, MOST_EVENTS).map((traceId) => ({ text: `↗ linked to trace ${traceId}`, paint: style.faint }));
}
