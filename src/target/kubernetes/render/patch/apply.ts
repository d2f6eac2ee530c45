import { applyPatch, type Operation } from 'rfc6902';
import { SvcError } from '../../../../errors.ts';
import { type KubernetesObject, titleOf } from '../object.ts';
import type { JsonOperation, Kustomization, Patch } from './kustomization.ts';
import { groupVersion, isTargeted, type Target } from './selector.ts';
import { PatchProblem, strategicMerge } from './strategic-merge.ts';

/**
 * The objects with everything that the environment's kustomization asks for, as `kubectl kustomize` would give them.
 * @throws SvcError workspace/invalid with file and line where a patch matches nothing or cannot be applied
 */
export function patched(objects: readonly KubernetesObject[], { objects: more, patches }: Kustomization): readonly KubernetesObject[] {
  return patches.reduce(applied, [...objects, ...more]);
}

function applied(objects: readonly KubernetesObject[], patch: Patch): readonly KubernetesObject[] {
  const target = patch.target ?? targetOf(patch);
  if (!objects.some((object) => isTargeted(object, target))) {
    throw refused(patch, [], 'the patch matches no object', `There are: ${objects.map(titleOf).join(', ')}`);
  }
  return objects.flatMap((object) => (isTargeted(object, target) ? (patchedObject(object, patch) ?? []) : [object]));
}

/** A patch without a target names its object itself. */
function targetOf(patch: Patch): Target {
  const { apiVersion, kind, metadata } = (patch.kind === 'merge' ? patch.value : {}) as unknown as KubernetesObject;
  return { ...mapValues(groupVersion(apiVersion), escaped), kind: escaped(kind), name: escaped(metadata.name) };
}

function patchedObject(object: KubernetesObject, patch: Patch): KubernetesObject | undefined {
  const result = patch.kind === 'merge' ? merged(object, patch) : changed(object, patch);
  if (!result || (result.kind === object.kind && result.metadata?.name === object.metadata.name)) return result;
  throw refused(
    patch,
    [],
    `the patch changes the name or kind of ${titleOf(object)}`,
    'Delete the object and add another one under resources',
  );
}

/** Where a target chooses the objects, what the patch itself is called does not count. */
function merged(object: KubernetesObject, patch: Patch & { readonly kind: 'merge' }): KubernetesObject | undefined {
  const { apiVersion, kind, metadata } = object;
  const value = { ...patch.value, apiVersion, kind, metadata: { ...(patch.value['metadata'] as object | undefined), name: metadata.name } };
  try {
    return strategicMerge(object, value) as KubernetesObject | undefined;
  } catch (error) {
    if (error instanceof PatchProblem) throw refused(patch, error.path, error.message, 'What is supported: docs/kubernetes.md, "Patches"');
    throw error;
  }
}

function changed(object: KubernetesObject, patch: Patch & { readonly kind: 'json' }): KubernetesObject {
  const copy = structuredClone(object);
  for (const [index, operation] of patch.operations.entries()) {
    const [error] = applyPatch(copy, [asOperation(operation)]);
    if (!error) continue;
    const what =
      operation.op === 'test'
        ? `${operation.path} of ${titleOf(object)} is something else`
        : `${titleOf(object)} has no ${'from' in operation ? operation.from : operation.path}`;
    throw refused(
      patch,
      [index],
      what,
      operation.op === 'replace' ? 'Where there is nothing yet, the operation is add' : 'Look at the object: svc render without the patch',
    );
  }
  return copy;
}

/** The schema has looked at the operation; the library is typed for the same one. */
function asOperation(operation: JsonOperation): Operation {
  return structuredClone(operation) as Operation;
}

function refused(patch: Patch, path: readonly (string | number)[], message: string, hint: string): SvcError {
  return new SvcError('workspace/invalid', `${patch.where(path)}: ${message}`, { hint });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function mapValues<K extends string>(values: Readonly<Record<K, string>>, map: (text: string) => string): Readonly<Record<K, string>> {
  return Object.fromEntries(Object.entries<string>(values).map(([key, value]) => [key, map(value)])) as Record<K, string>;
}
