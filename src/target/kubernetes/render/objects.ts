import { autoscaler } from './autoscaler.ts';
import { deployment } from './deployment.ts';
import { disruptionBudget } from './disruption-budget.ts';
import { externalSecrets } from './external-secret.ts';
import { configMap } from './files.ts';
import { httpRoutes } from './http-route.ts';
import { cronJob, job, migration } from './job.ts';
import { labelsOf } from './metadata.ts';
import { dashboards, prometheusRule, serviceMonitor } from './monitoring.ts';
import { networkPolicy } from './network-policy.ts';
import type { KubernetesObject, ObjectMeta } from './object.ts';
import { allProvided } from './provided.ts';
import type { Scene } from './scene.ts';
import { service } from './service.ts';
import { serviceAccount } from './service-account.ts';

/**
 * The objects of one service, without patches and namespace, in the order in which they can be applied: first what the others stand
 * on. The same scene always gives the same objects.
 * @throws SvcError workload/invalid, workspace/invalid with file and line
 */
export function objectsOf(scene: Scene): readonly KubernetesObject[] {
  const { kind } = scene.workload;
  const found = [
    serviceAccount(scene),
    configMap(scene),
    ...externalSecrets(scene),
    ...resourceObjects(scene),
    networkPolicy(scene),
    migration(scene),
    ...(kind === 'service' ? [deployment(scene), service(scene), autoscaler(scene), disruptionBudget(scene)] : []),
    kind === 'job' ? job(scene) : undefined,
    kind === 'cron' ? cronJob(scene) : undefined,
    ...(kind === 'service' ? [...httpRoutes(scene), serviceMonitor(scene)] : []),
    prometheusRule(scene),
    dashboards(scene),
  ];
  return found.filter((object) => object !== undefined) as readonly object[] as readonly KubernetesObject[];
}

/** What makes the resources that an operator provides, as the environment describes it. */
function resourceObjects(scene: Scene): readonly KubernetesObject[] {
  return allProvided(scene).flatMap(({ provider, resource }) => {
    const object = provider.object as KubernetesObject | undefined;
    return object ? [{ ...object, metadata: labelled(object.metadata, resource.id === undefined ? labelsOf(scene) : SHARED) }] : [];
  });
}

/** What several services share belongs to none of them. */
const SHARED = { 'app.kubernetes.io/managed-by': 'svc' } as const;

function labelled(metadata: ObjectMeta, labels: Readonly<Record<string, string>>): ObjectMeta {
  return { ...metadata, labels: { ...labels, ...metadata.labels } };
}
