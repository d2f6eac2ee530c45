import { logText } from '../../output/log-line.ts';
import type { Style } from '../../output/style.ts';
import { type Column, table } from '../../output/table.ts';
import { printableOutput } from '../../output/text.ts';
import type { Release } from '../../target/kubernetes/deploy/record.ts';
import type { ServiceStatus, WorkloadStatus } from '../../target/kubernetes/deploy/status.ts';

export interface Result extends ServiceStatus {
  readonly environment: string;
  readonly context: string;
  readonly namespace: string;
}

const MOST_RELEASES = 5;
const MOST_LINES = 10;

export function view({ service, context, namespace, record, workloads }: Result, style: Style): string {
  const { phase, revision, by, at, releases } = record;
  return [
    `${style.strong(service)}: revision ${revision}, ${phase} ${at} by ${printableOutput(by)} (${namespace} in ${context})`,
    ...workloads.flatMap((workload) => workloadLines(workload, style)),
    ...(phase === 'pending' ? ['A deploy of it is under way, or was interrupted: the next svc deploy takes it up.'] : []),
    ...(releases.length > 0 ? ['', table(releases.slice(0, MOST_RELEASES), columns(style), style)] : []),
  ].join('\n');
}

function workloadLines({ object, state, waitsFor, evidence: { causes, logs } }: WorkloadStatus, style: Style): readonly string[] {
  if (state === 'ready') return [`${style.good('✓')} ${object} serves`];
  const why = state === 'gone' ? 'is not there any more' : state === 'waiting' ? `waits for ${waitsFor}` : 'is not well';
  return [
    `${style.bad('✗')} ${object} ${why}`,
    ...causes.flatMap(({ object: blamed, message, hint }) => [`  ${blamed}: ${printableOutput(message)}`, `    ${style.faint(hint)}`]),
    ...logs.slice(0, 1).flatMap(({ lines }) => lines.slice(-MOST_LINES).map((line) => `  ${style.faint('│')} ${logText(line, style)}`)),
  ];
}

function columns(style: Style): readonly Column<Release>[] {
  return [
    { title: 'REVISION', text: ({ revision }) => String(revision), paint: style.strong },
    {
      title: 'OUTCOME',
      text: ({ outcome }) => outcome,
      paint: (text, { outcome }) => (outcome === 'deployed' ? style.good(text) : style.warn(text)),
    },
    { title: 'AT', text: ({ at }) => at, paint: style.faint },
    { title: 'BY', text: ({ by }) => printableOutput(by), shrinks: true },
    { title: 'REASON', text: ({ reason = '' }) => printableOutput(reason), shrinks: true },
  ];
}
