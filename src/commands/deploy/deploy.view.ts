import { duration } from '../../output/duration.ts';
import { logText } from '../../output/log-line.ts';
import type { Style } from '../../output/style.ts';
import { type Column, table } from '../../output/table.ts';
import { printableOutput } from '../../output/text.ts';
import type { ServiceResult } from '../../target/local/protocol.ts';
import type { Result } from './deploy.command.ts';

export function view({ results, notes, plan }: Result, style: Style): string {
  const circles = plan.circles.map((circle) => `Services call each other in a circle: ${circle.join(' → ')}`);
  return [
    table(results, columns(style), style),
    ...results.filter(({ ok }) => !ok).map((result) => failure(result, style)),
    ...[...notes, ...circles].map((note) => `\n${style.warn('note')}: ${note}`),
  ].join('\n');
}

function columns(style: Style): readonly Column<ServiceResult>[] {
  return [
    { title: 'SERVICE', text: ({ service }) => service, paint: style.strong },
    { title: 'CHANGE', text: ({ change }) => change, paint: style.faint },
    {
      title: 'RESULT',
      text: outcome,
      paint: (text, { ok, oldServes }) => (ok ? style.good(text) : oldServes ? style.warn(text) : style.bad(text)),
    },
    { title: 'URL', text: ({ url, ok, oldServes }) => (ok || oldServes ? url : ''), paint: style.accent },
    { title: 'TOOK', text: ({ durationMs, change }) => (change === 'same' ? '' : duration(durationMs)), paint: style.faint },
  ];
}

function outcome({ ok, oldServes }: ServiceResult): string {
  if (ok) return 'serves';
  return oldServes ? 'failed, old serves' : 'failed';
}

function failure({ service, reason = '', lastLines = [], oldServes }: ServiceResult, style: Style): string {
  return [
    '',
    `${style.bad(`${service} was not deployed`)}: ${printableOutput(reason)}`,
    ...lastLines.map((line) => `  ${style.faint('│')} ${logText(line, style)}`),
    ...(oldServes ? [style.faint('The old version still serves.')] : []),
    style.faint(`More: svc logs ${service}`),
  ].join('\n');
}
