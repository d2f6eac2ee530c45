import type { KubernetesObject } from '../render/object.ts';

/** How a kind is called in paths, as the API server's own discovery says it. */
export interface ResourceName {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Kinds that every cluster has: for these nobody needs to ask. */
const BUILT_IN: Readonly<Record<string, string>> = {
  'v1/ConfigMap': 'configmaps',
  'v1/Event': 'events',
  'v1/Namespace': 'namespaces',
  'v1/Pod': 'pods',
  'v1/Secret': 'secrets',
  'v1/Service': 'services',
  'v1/ServiceAccount': 'serviceaccounts',
  'apps/v1/Deployment': 'deployments',
  'apps/v1/ReplicaSet': 'replicasets',
  'authorization.k8s.io/v1/SelfSubjectAccessReview': 'selfsubjectaccessreviews',
  'authorization.k8s.io/v1/SelfSubjectRulesReview': 'selfsubjectrulesreviews',
  'autoscaling/v2/HorizontalPodAutoscaler': 'horizontalpodautoscalers',
  'batch/v1/CronJob': 'cronjobs',
  'batch/v1/Job': 'jobs',
  'coordination.k8s.io/v1/Lease': 'leases',
  'networking.k8s.io/v1/NetworkPolicy': 'networkpolicies',
  'policy/v1/PodDisruptionBudget': 'poddisruptionbudgets',
};

export function builtIn({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): ResourceName | undefined {
  const plural = BUILT_IN[`${apiVersion}/${kind}`];
  return plural === undefined ? undefined : { plural, namespaced: !/^(Namespace|SelfSubject\w+Review)$/.test(kind) };
}

/** The path of a group and version: its discovery document, and the beginning of every path in it. */
export function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** The path of a collection, or of one object in it. */
export function pathOf(
  apiVersion: string,
  { plural, namespaced }: ResourceName,
  { namespace, name }: { namespace?: string; name?: string },
): string {
  const scope = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${groupPath(apiVersion)}${scope}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}
