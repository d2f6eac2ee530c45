import { counted } from '../document/counted.ts';
import type { Analysis } from '../trace/analysis.ts';
import { showDuration } from '../trace/duration.ts';
import { later } from '../trace/order.ts';
import { httpStatusOf } from '../trace/span.ts';
import type { Oddity } from '../trace/tree.ts';
import type { Style } from './style.ts';
import { printable, truncate, widthOf } from './text.ts';

const MOST_SERVICES = 5;
const MOST_ERRORS = 10;
const NARROW = 60;
/** Columns of `━━ waited for `. */
const WAITED_FOR = 14;

/** What the trace is: its root, how long it took, its ids. */
export function header({ tree, duration, errorCount, services, requestId }: Analysis, style: Style): readonly string[] {
  const root = tree.roots[0]?.span;
  const status = root && httpStatusOf(root);
  const title = truncate(`${printable(root?.source.service ?? '')} ${printable(root?.name ?? '')}`, Math.max(style.columns - 4, 8));
  const facts = [
    showDuration(duration),
    `${counted(tree.nodes.length, 'span')} in ${counted(services.length, 'service')}`,
    ...(errorCount > 0 ? [style.bad(counted(errorCount, 'error'))] : []),
    timeOf(tree.start),
  ];
  return [
    [style.strong(title), ...(status === undefined ? [] : [paintStatus(status, style)])].join(' '),
    ...joined(facts, style.columns),
    style.faint(`trace ${tree.traceId}`),
    ...(requestId === undefined ? [] : [style.faint(truncate(`request ${printable(requestId)}`, Math.max(style.columns, 8)))]),
  ];
}

/** What to look at: where the time went, what failed, what is odd. */
export function footer(analysis: Analysis, problems: readonly string[], style: Style): readonly string[] {
  return [...waits(analysis, style), ...failures(analysis, style), ...odd(analysis.tree.oddities, problems, style)];
}

function waits({ services, duration }: Analysis, style: Style): readonly string[] {
  const waited = services.filter(({ critical }) => critical > 0n);
  if (waited.length === 0) return [];
  const shares = waited.slice(0, MOST_SERVICES).map(({ service, critical }) => {
    return `${truncate(printable(service), Math.max(style.columns - 22, 8))} ${showDuration(critical)} (${Math.round((Number(critical) / Number(duration)) * 100)} %)`;
  });
  const more = waited.length > MOST_SERVICES ? [`${waited.length - MOST_SERVICES} more`] : [];
  const title = `${style.accent('━━')} waited for`;
  const lines = joined([...shares, ...more], style.columns < NARROW ? style.columns - 3 : style.columns - WAITED_FOR);
  if (style.columns < NARROW) return [title, ...lines.map((line) => `   ${line}`)];
  return lines.map((line, index) => (index === 0 ? `${title} ` : ' '.repeat(WAITED_FOR)) + line);
}

/** Items on as many lines as they need. */
function joined(items: readonly string[], room: number): readonly string[] {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + widthOf(item) + 3 <= room) lines[lines.length - 1] = `${last} · ${item}`;
    else lines.push(item);
  }
  return lines;
}

function failures({ errors }: Analysis, style: Style): readonly string[] {
  const lines = errors
    .slice(0, MOST_ERRORS)
    .map(({ span, message }) => `${printable(span.source.service)} ${printable(span.name)}: ${printable(message)}`)
    .map((line) => `${style.bad('✗')} ${truncate(line, Math.max(style.columns - 2, 8))}`);
  return errors.length > MOST_ERRORS ? [...lines, style.bad(`  … and ${errors.length - MOST_ERRORS} more errors`)] : lines;
}

const ODDITIES: Readonly<Record<Oddity['kind'], (found: readonly Oddity[]) => string>> = {
  orphan: ({ length }) => `${counted(length, 'span')} with a parent that is not here: part of the trace is missing`,
  cycle: ({ length }) => `${counted(length, 'ring')} of spans that are their own ancestors, cut open`,
  duplicate: ({ length }) => `${counted(length, 'span')} with an id that another span has too`,
  'starts-early': (found) =>
    `${counted(found.length, 'span')} before the parent, by up to ${showDuration(found.map(({ by = 0n }) => by).reduce(later, 0n))}: clocks differ`,
  'ends-before-start': ({ length }) => `${counted(length, 'span')} ending before the start: a clock was set back`,
};

function odd(oddities: readonly Oddity[], problems: readonly string[], style: Style): readonly string[] {
  const byKind = Object.entries(ODDITIES).flatMap(([kind, describe]) => {
    const found = oddities.filter((oddity) => oddity.kind === kind);
    return found.length > 0 ? [describe(found)] : [];
  });
  return [...byKind, ...problems.map(printable)].map((text) => `${style.warn('!')} ${truncate(text, Math.max(style.columns - 2, 8))}`);
}

function paintStatus(status: number, style: Style): string {
  return (status >= 500 ? style.bad : status >= 400 ? style.warn : style.good)(String(status));
}

function timeOf(nanoseconds: bigint): string {
  return new Date(Number(nanoseconds / 1_000_000n)).toISOString().replace('T', ' ').replace('Z', ' UTC');
}
