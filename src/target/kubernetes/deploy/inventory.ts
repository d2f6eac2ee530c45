import { FIELD_MANAGER } from '../api/api.ts';
import type { KubernetesObject } from '../render/object.ts';
import { keyOf } from './groups.ts';

/** An object as it is in the cluster. */
export interface Live extends KubernetesObject {
  readonly metadata: KubernetesObject['metadata'] & {
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly ownerReferences?: readonly object[];
    /** https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management */
    readonly managedFields?: readonly { readonly manager?: string }[];
  };
}

const MANAGED_BY = 'app.kubernetes.io/managed-by';

/** The names of objects, each once: an inventory. */
export function namesOf(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const named = objects.map(({ apiVersion, kind, metadata: { name, namespace } }): [string, KubernetesObject] => {
    const object = { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
    return [keyOf(object), object];
  });
  return [...new Map(named).values()];
}

/** What of an inventory is not among these objects. */
export function without(inventory: readonly KubernetesObject[], objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const wanted = new Set(objects.map(keyOf));
  return inventory.filter((object) => !wanted.has(keyOf(object)));
}

/** Who made an object that svc has never written to; undefined where it has, or was told to by the label. */
export function strangerBehind({ metadata: { labels, managedFields = [] } }: Live): string | undefined {
  const managers = managedFields.flatMap(({ manager }) => manager ?? []);
  if (labels?.[MANAGED_BY] === 'svc' || managers.includes(FIELD_MANAGER)) return undefined;
  return [...new Set(managers)].join(', ') || 'somebody else';
}

/** Whether svc may take an object away: one that another tool or another object has taken over is not svc's any more. */
export function isRemovable(live: Live): boolean {
  const { labels, ownerReferences = [] } = live.metadata;
  return strangerBehind(live) === undefined && ownerReferences.length === 0 && (labels?.[MANAGED_BY] ?? 'svc') === 'svc';
}
