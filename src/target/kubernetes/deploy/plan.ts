import type { Api, FieldConflict } from '../api/api.ts';
import type { KubernetesObject } from '../render/object.ts';
import { type FieldChange, fieldChanges } from './diff.ts';
import { groupsOf } from './groups.ts';
import { leftOver, type Record, readRecord } from './record.ts';

/** What a deploy would do to one object. */
export interface PlannedObject {
  readonly object: KubernetesObject;
  readonly change: 'create' | 'change' | 'same' | 'remove' | 'conflict';
  /** Of `change`. */
  readonly fields: readonly FieldChange[];
  /** Of `conflict`: who owns what it would change. */
  readonly conflicts: readonly FieldConflict[];
}

export interface ServicePlan {
  readonly service: string;
  readonly objects: readonly PlannedObject[];
  readonly groups: readonly (readonly KubernetesObject[])[];
  readonly record: Record | undefined;
}

/**
 * What a deploy of these objects would change, as the API server itself says it; nothing is written.
 * @throws SvcError of the API: what the cluster refuses now, it would refuse later
 */
export async function planService(service: string, objects: readonly KubernetesObject[], api: Api): Promise<ServicePlan> {
  const [record, planned] = await Promise.all([readRecord(service, api), Promise.all(objects.map((object) => planObject(object, api)))]);
  const gone = record ? leftOver(record, objects) : [];
  const removals = await Promise.all(gone.map((object) => planRemoval(object, api)));
  return { service, objects: [...planned, ...removals.flat()], groups: groupsOf(objects), record };
}

export function isChange({ change }: PlannedObject): boolean {
  return change !== 'same';
}

async function planObject(object: KubernetesObject, api: Api): Promise<PlannedObject> {
  const [live, wanted] = await Promise.all([api.get<KubernetesObject>(object), api.apply<KubernetesObject>(object, { dryRun: true })]);
  if ('conflicts' in wanted) return { object, change: 'conflict', fields: [], conflicts: wanted.conflicts };
  if (!live) return { object, change: 'create', fields: [], conflicts: [] };
  const fields = fieldChanges(live, wanted.object);
  return { object, change: fields.length > 0 ? 'change' : 'same', fields, conflicts: [] };
}

/** What is gone already, or was taken over by somebody else, is nobody's to remove. */
async function planRemoval(object: KubernetesObject, api: Api): Promise<readonly PlannedObject[]> {
  const live = await api.get<KubernetesObject>(object);
  return live?.metadata.labels?.['app.kubernetes.io/managed-by'] === 'svc'
    ? [{ object: live, change: 'remove', fields: [], conflicts: [] }]
    : [];
}
