import { SvcError } from '../../../errors.ts';
import type { Api } from '../api/api.ts';
import type { FieldConflict } from '../api/refusal.ts';
import { type OneWayStep, oneWaySteps } from '../migrations/steps.ts';
import type { KubernetesObject } from '../render/object.ts';
import { type FieldChange, fieldChanges } from './diff.ts';
import { groupsOf, keyOf } from './groups.ts';
import { type Healer, healerOf } from './healer.ts';
import { lastGoodOf, opened } from './history.ts';
import { isRemovable, type Live, strangerBehind, without } from './inventory.ts';
import { type Record, readRecord } from './record.ts';
import { dataOf } from './record-size.ts';
import { applyScaled } from './replicas.ts';

/** What a deploy would do to one object. */
export interface PlannedObject {
  readonly object: KubernetesObject;
  readonly change: 'create' | 'change' | 'same' | 'remove' | 'conflict';
  /** Of `change`. */
  readonly fields: readonly FieldChange[];
  /** Of `conflict`: who owns what it would change. */
  readonly conflicts: readonly FieldConflict[];
  /** Which object of that name, and which state of it, the plan was made against; undefined where there is none. */
  readonly against: { readonly uid: string; readonly resourceVersion: string } | undefined;
  /** Who would put it back. */
  readonly healer: Healer | undefined;
}

export interface ServicePlan {
  readonly service: string;
  readonly objects: readonly PlannedObject[];
  readonly groups: readonly (readonly KubernetesObject[])[];
  readonly record: Record | undefined;
  /** New migrations that the version before may not bear. */
  readonly oneWay: readonly OneWayStep[];
}

/**
 * What a deploy of these objects would change, as the API server itself says it; nothing is written.
 * @throws SvcError of the API: what the cluster refuses now, it would refuse later; workload/invalid where it is too large to be recorded
 */
export async function planService(service: string, objects: readonly KubernetesObject[], api: Api): Promise<ServicePlan> {
  const record = await readRecord(service, api);
  const inventory = record?.inventory ?? [];
  if (objects.length === 0 && inventory.length > 0) throw emptyRender(service, inventory.length);
  // What could not be written down must not begin.
  dataOf(service, opened(record, objects, { by: '', at: '' }));
  const known = new Set(inventory.map(keyOf));
  const leaving = without(inventory, objects);
  const planned = await Promise.all(objects.map((object) => planObject(object, api, { isKnown: known.has(keyOf(object)), leaving })));
  const removals = await Promise.all(leaving.map((object) => planRemoval(object, api)));
  return {
    service,
    objects: [...planned, ...removals.flat()],
    groups: groupsOf(objects),
    record,
    oneWay: oneWaySteps(objects, lastGoodOf(record)),
  };
}

function emptyRender(service: string, objects: number): SvcError {
  return new SvcError('plan/conflict', `Nothing was changed: no object is left of ${service}, and ${objects} would be taken away`, {
    hint: `See what there is of it: svc render ${service}. A service that is to end is taken away with kubectl delete`,
  });
}

export function isChange({ change }: PlannedObject): boolean {
  return change !== 'same';
}

/** What the field is called where the whole object is somebody else's. */
const WHOLE = 'all of it';

interface Known {
  readonly isKnown: boolean;
  readonly leaving: readonly KubernetesObject[];
}

async function planObject(object: KubernetesObject, api: Api, { isKnown, leaving }: Known): Promise<PlannedObject> {
  const [live, wanted] = await Promise.all([api.get<Live>(object), applyScaled(object, api, { dryRun: true, leaving })]);
  const planned = { object, fields: [], conflicts: [], ...seen(live) };
  if ('conflicts' in wanted) return { ...planned, change: 'conflict', conflicts: wanted.conflicts };
  if (!live) return { ...planned, change: 'create' };
  const manager = isKnown ? undefined : strangerBehind(live);
  if (manager !== undefined) return { ...planned, change: 'conflict', conflicts: [{ field: WHOLE, manager }] };
  const fields = fieldChanges(live, wanted.object);
  return { ...planned, change: fields.length > 0 ? 'change' : 'same', fields };
}

/** What is gone already, or was taken over by somebody else, is nobody's to remove. */
async function planRemoval(object: KubernetesObject, api: Api): Promise<readonly PlannedObject[]> {
  const live = await api.get<Live>(object);
  return live && isRemovable(live) ? [{ object: live, change: 'remove', fields: [], conflicts: [], ...seen(live) }] : [];
}

function seen(live: Live | undefined): Pick<PlannedObject, 'against' | 'healer'> {
  const { uid = '', resourceVersion = '' } = live?.metadata ?? {};
  return { against: live && { uid, resourceVersion }, healer: live && healerOf(live) };
}
