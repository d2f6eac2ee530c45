import type { Style } from '../../output/style.ts';
import { printableOutput } from '../../output/text.ts';
import { isUp } from '../../target/kubernetes/deploy/deploy.ts';
import type { Result } from './rollback.command.ts';

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
