import { SvcError } from '../../../errors.ts';
import type { Api, Applied } from '../api/api.ts';
import type { KubernetesObject } from '../render/object.ts';

/** Who writes what an autoscaler decides. */
const AUTOSCALING = 'kube-controller-manager';
const FIELD = '.spec.replicas';
const AUTOSCALER = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' } as const;

interface Scalable extends KubernetesObject {
  readonly spec?: { readonly replicas?: number };
}

interface Autoscaler extends KubernetesObject {
  readonly spec?: { readonly scaleTargetRef?: { readonly kind: string; readonly name: string } };
}

export interface Scaling {
  readonly dryRun?: boolean;
  /** What goes with this deploy. */
  readonly leaving?: readonly KubernetesObject[];
  /** On the way back nothing is in the way: whoever decides, goes on deciding. */
  readonly isBack?: boolean;
}

/**
 * Applies an object, and leaves its number of instances to an autoscaler: where the object says none, and where it says one again while
 * an autoscaler that goes with this deploy still decides. The number that an autoscaler left behind is taken over.
 * @throws SvcError of the API
 */
export async function applyScaled(
  object: KubernetesObject,
  api: Api,
  { dryRun = false, leaving = [], isBack = false }: Scaling = {},
): Promise<Applied<KubernetesObject>> {
  const applied = await applyAsItIs(object, api, dryRun);
  if (!isNumberOfAutoscaler(applied) || replicasOf(object) === undefined) return applied;
  const deciding = isBack ? [] : await autoscalersOf(object, api);
  if (!isBack && deciding.length === 0) return api.apply(object, { dryRun, force: true });
  return deciding.every((name) => isAmong(leaving, name)) ? applyAsItIs(withReplicas(object, undefined), api, dryRun) : applied;
}

const MOST_ATTEMPTS = 3;

/** An autoscaler may write at the same moment: then its newer number counts. */
async function applyAsItIs(object: KubernetesObject, api: Api, dryRun: boolean): Promise<Applied<KubernetesObject>> {
  for (let attempt = 1; ; attempt += 1) {
    const applied = await api.apply<KubernetesObject>(await asScaled(object, api), { dryRun });
    if (!isNumberOfAutoscaler(applied) || replicasOf(object) !== undefined || attempt === MOST_ATTEMPTS) return applied;
  }
}

/**
 * With the number of instances that there are, where the object leaves it to others. Left out, the number that svc wrote for an earlier
 * version would be taken away, and Kubernetes makes one of none: https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
 */
async function asScaled(object: KubernetesObject, api: Api): Promise<KubernetesObject> {
  if (!isScalable(object) || replicasOf(object) !== undefined) return object;
  const live = await api.get<Scalable>(object);
  return live ? withReplicas(object, live.spec?.replicas) : object;
}

function isScalable({ kind }: KubernetesObject): boolean {
  return kind === 'Deployment' || kind === 'StatefulSet';
}

function replicasOf({ spec }: Scalable): number | undefined {
  return spec?.replicas;
}

function withReplicas(object: Scalable, replicas: number | undefined): KubernetesObject {
  const { replicas: _, ...spec } = object.spec ?? {};
  return { ...object, spec: { ...spec, ...(replicas !== undefined && { replicas }) } };
}

function isNumberOfAutoscaler(applied: Applied<KubernetesObject>): boolean {
  return 'conflicts' in applied && applied.conflicts.every(({ field, manager }) => field === FIELD && manager === AUTOSCALING);
}

function isAmong(objects: readonly KubernetesObject[], autoscaler: string): boolean {
  return objects.some(({ kind, metadata: { name } }) => kind === AUTOSCALER.kind && name === autoscaler);
}

/** The names of those that decide; without the right to look, somebody else's has to be reckoned with. */
async function autoscalersOf({ kind, metadata: { name } }: KubernetesObject, api: Api): Promise<readonly string[]> {
  try {
    const all = await api.list<Autoscaler>(AUTOSCALER);
    const own = all.filter(({ spec }) => spec?.scaleTargetRef?.kind === kind && spec.scaleTargetRef.name === name);
    return own.map(({ metadata }) => metadata.name);
  } catch (error) {
    if (error instanceof SvcError && error.code === 'cluster/forbidden') return [''];
    throw error;
  }
}
