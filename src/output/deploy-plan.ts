import { type DeployPlan, hasWork } from '../target/kubernetes/deploy/deploy.ts';
import { isChange, type PlannedObject } from '../target/kubernetes/deploy/plan.ts';
import { titleOf } from '../target/kubernetes/render/object.ts';
import type { Style } from './style.ts';
import { printableOutput, truncate } from './text.ts';

/** The longest value of a field that a plan shows. */
const LONGEST_VALUE = 60;

/** What a deploy to a cluster would change, object by object and field by field. */
export function planText({ context, namespace, services }: DeployPlan, style: Style): string {
  const changing = services.filter(hasWork);
  const where = `${namespace} in ${context}`;
  if (changing.length === 0) return `${style.good('✓')} Nothing would change: ${where} is as the files say`;
  const same = services.length - changing.length;
  return [
    `Changes for ${where}`,
    ...changing.flatMap((plan) => [
      style.strong(plan.service),
      ...plan.objects.filter(isChange).flatMap((object) => objectLines(object, style)),
      ...plan.oneWay.map(
        ({ file, does }) => `  ${style.warn('!')} ${printableOutput(`${file} ${does.join(', ')}`)}: after it, svc cannot go back by itself`,
      ),
    ]),
    ...(same > 0
      ? [style.faint(`${same} more ${same === 1 ? 'service stays' : 'services stay'} as ${same === 1 ? 'it is' : 'they are'}`)]
      : []),
  ].join('\n');
}

function objectLines({ object, change, fields }: PlannedObject, style: Style): readonly string[] {
  const title = titleOf(object);
  if (change === 'create') return [`  ${style.good('+')} ${title}`];
  if (change === 'remove') return [`  ${style.bad('-')} ${title}`];
  return [
    `  ${style.warn('~')} ${title}`,
    ...fields.map(({ path, from, to }) => `      ${path}: ${shownValue(from)} ${style.faint('→')} ${shownValue(to)}`),
  ];
}

/** A field's value on one line. */
function shownValue(given: unknown): string {
  return given === undefined
    ? '(none)'
    : truncate(printableOutput(typeof given === 'string' ? given : JSON.stringify(given)), LONGEST_VALUE);
}
