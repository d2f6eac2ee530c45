import type { Style } from '../../output/style.ts';
import { printableOutput } from '../../output/text.ts';
import { isUp, type ServiceOutcome } from '../../target/kubernetes/deploy/deploy.ts';
import type { Release } from '../../target/kubernetes/deploy/record.ts';

export interface Result {
  readonly service: string;
  readonly environment: string;
  readonly release: Release;
  /** Undefined where that release is what is there already. */
  readonly outcome: ServiceOutcome | undefined;
  /** Where what the cluster showed of a failure was kept. */
  readonly evidence: string | undefined;
}

export function view({ service, environment, release, outcome, evidence }: Result, style: Style): string {
  const what = `revision ${release.revision} of ${service}`;
  if (!outcome) return `${style.good('✓')} Nothing to do: ${what} is what ${environment} has`;
  if (isUp(outcome)) return `${style.good('✓')} ${environment} has ${what} again`;
  const ended = 'outcome' in outcome && outcome.outcome.is === 'failed' ? outcome.outcome : { why: 'it was not begun', restored: true };
  return [
    `${style.bad(`${environment} does not have ${what}`)}: ${printableOutput(ended.why)}`,
    ended.restored ? 'What served before serves again.' : 'It was left as it is, to be looked at.',
    ...(evidence === undefined ? [] : [style.faint(`All that the cluster showed: ${evidence}`)]),
  ].join('\n');
}
