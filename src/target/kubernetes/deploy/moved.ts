import { SvcError } from '../../../errors.ts';
import { titleOf } from '../render/object.ts';
import { type Connection, type DeployPlan, planDeploy } from './deploy.ts';
import { keyOf } from './groups.ts';
import type { PlannedObject, ServicePlan } from './plan.ts';
import type { SavedChange, SavedPlan, SavedService } from './saved-plan.ts';

/**
 * The saved plan, ready to be carried out: exactly as it was made, or not at all.
 * @throws SvcError plan/conflict where carrying it out would do something else by now, with each object and field; as `planDeploy`
 */
export async function renewed(saved: SavedPlan, connection: Pick<Connection, 'api' | 'context'>): Promise<DeployPlan> {
  const plan = await planDeploy(saved.services, connection);
  const moved = movedSince(saved, plan);
  if (moved.length === 0) return plan;
  throw new SvcError(
    'plan/conflict',
    `Nothing was changed: ${saved.environment} is not as it was when this was planned, at ${saved.madeAt}:\n${moved.map((line) => `  ${line}`).join('\n')}`,
    { hint: `Make the plan anew and look at it: svc deploy --env ${saved.environment} --save-plan FILE` },
  );
}

/** What a saved plan would do otherwise by now, a line for each: empty where it would do exactly what it says. */
export function movedSince(saved: SavedPlan, plan: DeployPlan): readonly string[] {
  const { namespaceUid } = saved;
  if (namespaceUid !== undefined && plan.namespaceUid !== undefined && namespaceUid !== plan.namespaceUid) {
    return [`the namespace ${plan.namespace} in ${plan.context} is another one: another cluster, or it was made anew`];
  }
  return saved.services.flatMap((service) => {
    const now = plan.services.find((each) => each.service === service.service);
    return now ? serviceMoved(service, now) : [];
  });
}

/** Where somebody has deployed in between, that says it all. */
function serviceMoved(saved: SavedService, { objects, record }: ServicePlan): readonly string[] {
  const { service, record: then } = saved;
  if (then?.revision !== record?.revision || then?.phase !== record?.phase) {
    const told = (of: { readonly revision: number; readonly phase: string } | undefined) =>
      of ? `revision ${of.revision}, ${of.phase}` : 'not deployed';
    return [`${service}: ${told(then)} when planned; ${told(record)}${record ? ` by ${record.by}` : ''} now`];
  }
  const now = new Map(objects.map((each) => [keyOf(each.object), each]));
  const known = new Set(saved.changes.map(keyOf));
  return [
    ...saved.changes.flatMap((change) => objectMoved(change, now.get(keyOf(change)))),
    ...objects.filter(({ object }) => !known.has(keyOf(object))).map(({ object, change }) => `${titleOf(object)}: ${DOES[change]} now`),
  ];
}

const DOES = {
  create: 'it would be made',
  change: 'it would be changed',
  same: 'it stays',
  remove: 'it would be taken away',
  conflict: 'it is another manager’s',
} as const;

function objectMoved(saved: SavedChange, now: PlannedObject | undefined): readonly string[] {
  const title = titleOf(saved);
  if (!now) return [`${title}: ${DOES[saved.change]} when planned; it is gone, or somebody else's, now`];
  const { against: then } = saved;
  if (then && !now.against) return [`${title}: it was there when planned, it is gone now`];
  if (then && now.against && then.uid !== now.against.uid) return [`${title}: it was taken away and made again since`];
  // The same state of the same object: it cannot have moved.
  if (then && then.resourceVersion === now.against?.resourceVersion) return [];
  if (saved.change === now.change) return fieldsMoved(title, saved.fields, now.fields);
  const fields = fieldsMoved(title, saved.fields, now.fields);
  return fields.length > 0 ? fields : [`${title}: ${DOES[saved.change]} when planned; ${DOES[now.change]} now`];
}

type Fields = SavedChange['fields'] | PlannedObject['fields'];

/** A field is told by what it was and is: a plan says what it becomes. */
function fieldsMoved(title: string, then: Fields, now: Fields): readonly string[] {
  const paths = [...new Set([...then, ...now].map(({ path }) => path))];
  return paths.flatMap((path) => {
    const [before, after] = [then, now].map((fields) => fields.find((field) => field.path === path));
    if (before && after && text(before.from) === text(after.from) && text(before.to) === text(after.to)) return [];
    const was = text((before ?? { from: after?.to }).from);
    const is = text((after ?? { from: before?.to }).from);
    return [`${title}  ${path}: ${was} when planned, ${is} now`];
  });
}

function text(value: unknown): string {
  return value === undefined ? '(none)' : (JSON.stringify(value) ?? '(none)');
}
