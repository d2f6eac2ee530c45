import { counted } from '../../document/counted.ts';
import type { Style } from '../../output/style.ts';
import { type Column, table } from '../../output/table.ts';
import { printable } from '../../output/text.ts';
import type { DeadLetter } from '../../target/local/protocol.ts';

/** A line for each event, the cause of each in full, and how to have them handled again. */
export function view(letters: readonly DeadLetter[], style: Style): string {
  const [first] = letters;
  if (!first) return `${style.good('✓')} No event is dead`;
  const failed = letters.filter(({ attempts }) => attempts > 0);
  const waiting = letters.length - failed.length;
  const causes = failed.map(({ service, id, cause }) => `${service} ${id}: ${style.bad(printable(cause))}`);
  const behind = waiting > 0 ? [`${counted(waiting, 'event waits', 'events wait')} behind another one of the same key.`] : [];
  const next = style.faint(`Once that is mended: svc events replay ${first.service} ${first.id}, or svc events replay --all`);
  return [table(letters, columns(style), style), '', ...causes, ...behind, next].join('\n');
}

function columns(style: Style): readonly Column<DeadLetter>[] {
  return [
    { title: 'SERVICE', text: ({ service }) => service, paint: style.strong },
    { title: 'ID', text: ({ id }) => id, paint: style.accent },
    { title: 'TOPIC', text: ({ topic }) => printable(topic) },
    { title: 'TYPE', text: ({ type = '–' }) => printable(type) },
    { title: 'KEY', text: ({ key }) => printable(key), shrinks: true },
    { title: 'TRIED', text: ({ attempts, replaying }) => (replaying ? `${attempts}, asked for again` : String(attempts)) },
    { title: 'SINCE (UTC)', text: ({ since }) => since.slice(0, 19).replace('T', ' '), paint: style.faint },
  ];
}
