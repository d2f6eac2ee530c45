import type { Cause } from '../verdict/cause.ts';
import { isMigration } from './groups.ts';
import type { ServicePlan } from './plan.ts';

/** Causes of a pod that never ran: its migration has changed nothing. */
const NEVER_RAN: ReadonlySet<Cause['reason']> = new Set(['image', 'configuration', 'unschedulable', 'not-admitted']);

/**
 * Why the version before cannot be put back once this group was applied; undefined where it can. A migration that has begun counts as
 * done: which of its files have run, only the database knows.
 * @param causes of the failure
 */
export function noWayBack(
  { groups, oneWay }: Pick<ServicePlan, 'groups' | 'oneWay'>,
  group: number,
  causes: readonly Cause[],
): string | undefined {
  const migration = groups.findIndex((objects) => objects.some(isMigration));
  if (oneWay.length === 0 || migration < 0 || group < migration) return undefined;
  if (group === migration && causes.length > 0 && causes.every(({ reason }) => NEVER_RAN.has(reason))) return undefined;
  return oneWay.map(({ file, does }) => `${file} ${does.join(', ')}`).join('; ');
}
