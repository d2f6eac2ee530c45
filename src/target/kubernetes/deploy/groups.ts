import type { KubernetesObject } from '../render/object.ts';
import { isAwaited } from './observe.ts';

/** Kinds that come after the workload: they name it, or send requests to it. */
const AFTER = new Set(['HorizontalPodAutoscaler', 'PodDisruptionBudget', 'HTTPRoute', 'ServiceMonitor', 'PrometheusRule']);

/**
 * The objects of a service in the order in which they are applied; those of one group at once. First what pods stand on, then the
 * migration, which has to end, then the workload, then what leads to it.
 */
export function groupsOf(objects: readonly KubernetesObject[]): readonly (readonly KubernetesObject[])[] {
  const groups: KubernetesObject[][] = [[], [], [], []];
  for (const object of objects) groups[groupOf(object)]?.push(object);
  return groups.filter((group) => group.length > 0);
}

function groupOf(object: KubernetesObject): number {
  if (isMigration(object)) return 1;
  if (isAwaited(object) || object.kind === 'CronJob' || object.kind === 'StatefulSet' || object.kind === 'DaemonSet') return 2;
  return AFTER.has(object.kind) ? 3 : 0;
}

/** A Job of a service that is not a job itself: it has to end before the new version starts. */
export function isMigration({ kind, spec }: KubernetesObject): boolean {
  const { template } = (spec ?? {}) as { readonly template?: { readonly metadata?: KubernetesObject['metadata'] } };
  return kind === 'Job' && template?.metadata?.labels?.['app.kubernetes.io/component'] === 'migration';
}

/** Tells objects apart in a namespace. */
export function keyOf({ apiVersion, kind, metadata: { namespace = '', name } }: KubernetesObject): string {
  // Another version of a group shows the same object.
  return [apiVersion.includes('/') ? apiVersion.split('/')[0] : '', kind, namespace, name].join('/');
}
