import type { BuiltImage } from '../../image/build-images.ts';
import { planText } from '../../output/deploy-plan.ts';
import { duration } from '../../output/duration.ts';
import { logText } from '../../output/log-line.ts';
import type { Style } from '../../output/style.ts';
import { type Column, table } from '../../output/table.ts';
import { printableOutput } from '../../output/text.ts';
import { type DeployPlan, hasWork, isUp, type ServiceOutcome } from '../../target/kubernetes/deploy/deploy.ts';
import type { Deployed } from '../../target/kubernetes/deploy/deploy-service.ts';
import type { LocalDeploy } from '../../target/local/deploy.ts';
import type { ServiceResult } from '../../target/local/protocol.ts';

export interface ClusterDeploy {
  readonly target: 'kubernetes';
  readonly environment: string;
  /** Of `--build`. */
  readonly images: readonly BuiltImage[];
  readonly plan: DeployPlan;
  /** Undefined where the plan was only shown. */
  readonly outcomes: readonly ServiceOutcome[] | undefined;
  /** Where what the cluster showed of each failure was kept, by service. */
  readonly evidence: Readonly<Record<string, string>>;
  /** Whether the plan was shown before. */
  readonly confirmed: boolean;
  /** Absolute path of the file that the plan was written to. */
  readonly savedTo?: string;
}

export type Result = LocalDeploy | ClusterDeploy;

export function view(result: Result, style: Style): string {
  return result.target === 'local' ? localText(result, style) : clusterText(result, style);
}

function localText({ results, notes, plan }: LocalDeploy, style: Style): string {
  const circles = plan.circles.map((circle) => `Services call each other in a circle: ${circle.join(' → ')}`);
  return [
    table(results, columns(style), style),
    ...results.filter(({ ok }) => !ok).map((result) => failure(result, style)),
    ...[...notes, ...circles].map((note) => `\n${style.warn('note')}: ${note}`),
  ].join('\n');
}

function clusterText({ plan, outcomes, evidence, confirmed, savedTo }: ClusterDeploy, style: Style): string {
  if (savedTo !== undefined)
    return `${planText(plan, style)}\n${style.faint(`Nothing was changed. To do exactly this: svc deploy --plan ${savedTo}`)}`;
  if (!outcomes) return `${planText(plan, style)}${plan.services.some(hasWork) ? `\n${style.faint('Nothing was changed.')}` : ''}`;
  if (outcomes.length === 0) return `${style.good('✓')} Nothing to do: ${plan.namespace} in ${plan.context} is as the files say`;
  return [
    ...(confirmed ? [] : [planText(plan, style), '']),
    table(outcomes, outcomeColumns(style), style),
    ...outcomes.flatMap((each) => ('outcome' in each ? outcomeLines(each, evidence[each.service], style) : [])),
  ].join('\n');
}

function outcomeColumns(style: Style): readonly Column<ServiceOutcome>[] {
  return [
    { title: 'SERVICE', text: ({ service }) => service, paint: style.strong },
    {
      title: 'RESULT',
      text: outcomeOf,
      paint: (text, each) => (isUp(each) ? style.good(text) : isRestored(each) ? style.warn(text) : style.bad(text)),
    },
    { title: 'TOOK', text: (each) => ('durationMs' in each ? duration(each.durationMs) : ''), paint: style.faint },
  ];
}

function outcomeOf(each: ServiceOutcome): string {
  if ('skippedFor' in each) return `not begun: ${each.skippedFor} did not come up`;
  if (each.outcome.is === 'deployed') return 'serves';
  return each.outcome.restored ? 'failed, the old version serves' : 'failed';
}

function isRestored(each: ServiceOutcome): boolean {
  return 'outcome' in each && each.outcome.is === 'failed' && each.outcome.restored;
}

function outcomeLines(each: Deployed, file: string | undefined, style: Style): readonly string[] {
  if (each.outcome.is === 'failed') return ['', ...failureLines(each, file, style)];
  const { note } = each.outcome;
  return note === undefined ? [] : ['', `${style.warn(each.service)}: ${printableOutput(note)}`, 'The next deploy tries it again.'];
}

function failureLines({ service, outcome, evidence }: Deployed, file: string | undefined, style: Style): readonly string[] {
  const why = outcome.is === 'failed' ? outcome.why : '';
  const causes = (evidence?.causes ?? []).slice(0, MOST_CAUSES);
  const blamed = evidence?.logs.find(({ pod }) => causes.some(({ object }) => object === `pod/${pod}`));
  return [
    `${style.bad(`${service} was not deployed`)}: ${printableOutput(why)}`,
    ...causes.map(({ object, container, hint }) => `  ${object}${container === undefined ? '' : ` (${container})`}: ${hint}`),
    ...[blamed ?? evidence?.logs[0]]
      .filter((log) => log !== undefined)
      .flatMap(({ lines }) => lines.slice(-MOST_LINES).map((line) => `  ${style.faint('│')} ${logText(line, style)}`)),
    ...(outcome.is === 'failed' && !outcome.restored ? leftLines(outcome.noWayBack, service) : []),
    ...(file === undefined ? [] : [style.faint(`All that the cluster showed: ${file}`)]),
  ];
}

function leftLines(noWayBack: string | undefined, service: string): readonly string[] {
  if (noWayBack === undefined) return ['It was left as it is, to be looked at.'];
  return [
    `It was left as it is: ${printableOutput(noWayBack)}, and the version before may not bear that.`,
    `Mend it and deploy again; or bring back by a new migration what the version before needs, then: svc rollback ${service}`,
  ];
}

const MOST_CAUSES = 3;
const MOST_LINES = 10;

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
