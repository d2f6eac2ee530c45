import { duration } from '../../output/duration.ts';
import { shortImage } from '../../output/image-name.ts';
import type { Style } from '../../output/style.ts';
import { type Column, table } from '../../output/table.ts';
import { printableOutput } from '../../output/text.ts';
import type { Record, Release } from '../../target/kubernetes/deploy/record.ts';

export interface ServiceHistory {
  readonly service: string;
  /** Undefined where it was never deployed there. */
  readonly record: Record | undefined;
}

export interface Result {
  readonly environment: string;
  readonly context: string;
  readonly namespace: string;
  readonly services: readonly ServiceHistory[];
}

export function view({ services, environment }: Result, style: Style): string {
  return services.map((each) => serviceText(each, environment, style)).join('\n\n');
}

function serviceText({ service, record }: ServiceHistory, environment: string, style: Style): string {
  if (!record) return `${style.strong(service)} ${style.faint(`was never deployed to ${environment}`)}`;
  const { phase, revision, by, releases } = record;
  return [
    style.strong(service),
    ...(phase === 'pending' ? [style.warn(`revision ${revision} is under way, or was interrupted; by ${printableOutput(by)}`)] : []),
    ...(releases.length > 0 ? [table(releases, columns(style), style)] : []),
  ].join('\n');
}

function columns(style: Style): readonly Column<Release>[] {
  return [
    { title: 'REVISION', text: ({ revision }) => String(revision), paint: style.strong },
    {
      title: 'OUTCOME',
      text: ({ outcome }) => outcome,
      paint: (text, { outcome }) => (outcome === 'deployed' ? style.good(text) : style.warn(text)),
    },
    { title: 'AT', text: ({ at }) => at.replace(/\.\d+Z$/, 'Z'), paint: style.faint },
    { title: 'TOOK', text: ({ tookMs }) => (tookMs === undefined ? '' : duration(tookMs)), paint: style.faint },
    { title: 'IMAGES', text: ({ images = [] }) => images.map(shortImage).join(', '), shrinks: true },
    { title: 'BY', text: ({ by }) => printableOutput(by.replace(/, process .*/, '')), shrinks: true },
    { title: 'REASON', text: ({ reason = '' }) => printableOutput(reason), shrinks: true },
  ];
}
