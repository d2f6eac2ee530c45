import type { Style } from '../../output/style.ts';
import { type Column, table } from '../../output/table.ts';
import { printable } from '../../output/text.ts';
import { waterfall } from '../../output/waterfall.ts';
import type { Analysis } from '../../trace/analysis.ts';
import { showDuration } from '../../trace/duration.ts';
import type { SearchResult, TraceQuery, TraceSummary } from '../../trace/readers/reader.ts';

export type Result =
  | { readonly is: 'trace'; readonly analysis: Analysis; readonly problems: readonly string[]; readonly all: boolean }
  | { readonly is: 'list'; readonly search: SearchResult; readonly by: TraceQuery['by'] };

/** One trace as a waterfall, several as a table that says how to open one. */
export function view(result: Result, style: Style): string {
  return result.is === 'trace' ? waterfall(result.analysis, style, result) : list(result.search, result.by, style);
}

function list({ traces, complete, dropped }: SearchResult, by: TraceQuery['by'], style: Style): string {
  const [first] = traces;
  if (!first) return `No trace matches.\n${style.faint('Call one of your services, then run svc trace: spans arrive within two seconds.')}`;
  const claim = by === 'slowest' ? [slowestClaim(complete, style)] : [];
  const holes = dropped > 0 ? [style.warn(`${dropped} spans were dropped because they came too fast: traces may have holes.`)] : [];
  return [table(traces, columns(style), style), '', ...claim, ...holes, style.faint(`Open one: svc trace ${short(first)}`)].join('\n');
}

/** A list of the slowest is worth what was looked at. */
function slowestClaim(complete: boolean, style: Style): string {
  if (complete) return style.faint('These are the slowest of all that match: every trace was looked at.');
  return style.warn('There may be slower ones: the backend did not look at every trace.');
}

function columns(style: Style): readonly Column<TraceSummary>[] {
  return [
    { title: 'TRACE', text: short, paint: style.accent },
    {
      title: 'STARTED (UTC)',
      text: ({ start }) => new Date(Number(start / 1_000_000n)).toISOString().slice(0, 19).replace('T', ' '),
      paint: style.faint,
    },
    { title: 'TIME', text: ({ duration }) => showDuration(duration) },
    { title: 'REQUEST', text: ({ rootService, rootName }) => printable(`${rootService} ${rootName}`), paint: style.strong, shrinks: true },
    { title: 'SPANS', text: ({ spans }) => String(spans) },
    { title: 'ERRORS', text: ({ errors }) => (errors > 0 ? String(errors) : ''), paint: style.bad },
    { title: 'SERVICES', text: ({ services }) => printable(services.join(', ')), paint: style.faint, shrinks: true },
  ];
}

function short({ traceId }: TraceSummary): string {
  return traceId.slice(0, 8);
}
