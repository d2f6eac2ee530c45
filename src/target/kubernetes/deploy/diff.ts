import type { KubernetesObject } from '../render/object.ts';

/** A field that changes, from one value to the other; undefined where there is none. */
export interface FieldChange {
  /** `spec.template.spec.containers[main].image` */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** What the API server writes itself: a change there is none of ours. */
const OWN = new Set([
  'status',
  'metadata.managedFields',
  'metadata.resourceVersion',
  'metadata.generation',
  'metadata.uid',
  'metadata.creationTimestamp',
]);
/** A value that nobody is to read over somebody's shoulder. */
export const MASKED = '(hidden)';

/** The fields in which an object would differ, in their order. Secret values are never shown: only that they change. */
export function fieldChanges(live: KubernetesObject, wanted: KubernetesObject): readonly FieldChange[] {
  const changes = compare('', live, wanted);
  return live.kind === 'Secret' ? changes.map((change) => (/^(data|stringData)\b/.test(change.path) ? masked(change) : change)) : changes;
}

function masked({ path, from, to }: FieldChange): FieldChange {
  return { path, from: from === undefined ? undefined : MASKED, to: to === undefined ? undefined : MASKED };
}

function compare(path: string, from: unknown, to: unknown): readonly FieldChange[] {
  if (OWN.has(path) || Object.is(from, to)) return [];
  if (Array.isArray(from) && Array.isArray(to)) return compareEntries(entriesOf(from), entriesOf(to), (name) => `${path}[${name}]`);
  if (isMap(from) && isMap(to)) return compareEntries(from, to, (name) => (path === '' ? name : `${path}.${name}`));
  return [{ path, from, to }];
}

function compareEntries(
  from: Readonly<Record<string, unknown>>,
  to: Readonly<Record<string, unknown>>,
  pathOf: (name: string) => string,
): readonly FieldChange[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return names.flatMap((name) => compare(pathOf(name), from[name], to[name]));
}

/** Kubernetes' lists are by name where their entries have one: an entry that moves is no change. */
function entriesOf(list: readonly unknown[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    list.map((entry, index) => [isMap(entry) && typeof entry['name'] === 'string' ? entry['name'] : String(index), entry]),
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
