import { SvcError } from '../../../errors.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import { calledBy, startOrder } from '../../../workload/order.ts';
import type { ClusterEnvironment } from '../../../workspace/environment.ts';
import type { Service } from '../../../workspace/workspace.ts';
import { type Api, apiOf } from '../api/api.ts';
import type { KubernetesObject } from '../render/object.ts';
import type { RenderedService } from '../render/render.ts';
import { type Deployed, deployService } from './deploy-service.ts';
import { hold, LEASE_SECONDS, release } from './lease.ts';
import { isChange, planService, type ServicePlan } from './plan.ts';
import { requireRights } from './rights.ts';

/** What a deploy of services to a cluster would do. Nothing of it is written yet. */
export interface DeployPlan {
  readonly context: string;
  readonly namespace: string;
  readonly services: readonly ServicePlan[];
}

/** How the deploy of one service ended; `skipped` where one that it needs did not come up. */
export type ServiceOutcome = Deployed | { readonly service: string; readonly skippedFor: string };

export interface DeployOptions {
  /** Restarts of a pod that are forgiven. */
  readonly restarts: number;
  readonly patienceMs: number;
}

/**
 * The API of an environment's namespace, with the user's own rights.
 * @throws SvcError cluster/not-configured
 */
export async function connect(
  { context, namespace }: Pick<ClusterEnvironment, 'context' | 'namespace'>,
  runtime: Runtime,
): Promise<{ readonly api: Api; readonly context: string }> {
  const cluster = await runtime.cluster(context);
  const { signal } = runtime;
  return { api: apiOf({ cluster, namespace, signal, chance: Math.random, pause: (ms) => pause(ms, signal) }), context: cluster.context };
}

/**
 * Asks the cluster what these objects would change there, after everything that can be known beforehand: that it answers, that the
 * namespace is there, that no right is missing, that no other manager owns a field that would change.
 * @throws SvcError cluster/…, plan/conflict
 */
export async function planDeploy(
  rendered: readonly RenderedService[],
  { api, context }: { readonly api: Api; readonly context: string },
): Promise<DeployPlan> {
  await requireNamespace(api);
  const [services] = await Promise.all([
    Promise.all(rendered.map(({ service, objects }) => planService(service, objects, api))),
    kindsOf(rendered, api).then((kinds) => requireRights(kinds, api)),
  ]);
  refuseConflicts(services);
  return { context, namespace: api.namespace, services };
}

/** Whether anything of a service would be written, or an earlier deploy of it has to be brought to an end. */
export function hasWork({ objects, record }: ServicePlan): boolean {
  return objects.some(isChange) || record?.phase !== 'deployed';
}

/**
 * Carries out a plan: services side by side, each after those that it calls. One that fails goes back by itself, and what needs it is
 * left as it is.
 * @throws SvcError plan/busy where somebody else deploys one of them
 */
export async function carryOutDeploy(
  plan: DeployPlan,
  {
    services,
    api,
    options,
    runtime,
  }: { readonly services: readonly Service[]; readonly api: Api; readonly options: DeployOptions; readonly runtime: Runtime },
): Promise<readonly ServiceOutcome[]> {
  const work = plan.services.filter(hasWork);
  const holder = await holderOf(runtime);
  const leases = work.map(({ service }) => ({ name: `svc-${service}`, holder }));
  const held: typeof leases = [];
  try {
    for (const lease of [...leases].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      await hold(lease, api, runtime.now);
      held.push(lease);
    }
    return await inOrder(work, services, (each) => deployService(each, worldOf(each, { api, options, runtime, holder })));
  } finally {
    await Promise.all(held.map((lease) => release(lease, api).catch(ignore)));
  }
}

/** A service begins as soon as all that it calls, of those that are deployed, are there. */
async function inOrder(
  plans: readonly ServicePlan[],
  services: readonly Service[],
  run: (plan: ServicePlan) => Promise<Deployed>,
): Promise<readonly ServiceOutcome[]> {
  const names = plans.map(({ service }) => service);
  const calls = new Map(
    services.filter(({ name }) => names.includes(name)).map(({ name, workload }) => [name, workload ? calledBy(workload) : []]),
  );
  const { waitsFor } = startOrder(calls);
  const outcomes = new Map<string, Promise<ServiceOutcome>>();
  const start = (plan: ServicePlan): Promise<ServiceOutcome> => {
    const known = outcomes.get(plan.service);
    if (known) return known;
    const needed = plans.filter(({ service }) => waitsFor.get(plan.service)?.includes(service));
    const outcome = Promise.all(needed.map(start)).then((ended): ServiceOutcome | Promise<ServiceOutcome> => {
      const down = ended.find((each) => !isUp(each));
      return down ? { service: plan.service, skippedFor: down.service } : run(plan);
    });
    outcomes.set(plan.service, outcome);
    return outcome;
  };
  return Promise.all(plans.map(start));
}

export function isUp(outcome: ServiceOutcome): boolean {
  return 'outcome' in outcome && outcome.outcome.is === 'deployed';
}

function worldOf(
  { service }: ServicePlan,
  { api, options, runtime, holder }: { api: Api; options: DeployOptions; runtime: Runtime; holder: string },
) {
  let renewed = runtime.now().getTime();
  return {
    api,
    by: holder,
    ...options,
    now: runtime.now,
    pause: (ms: number) => pause(ms, runtime.signal),
    tell: (name: string, text: string) => runtime.emit({ id: name, state: 'update', text: `${name} ${text}` }),
    stillMine: async () => {
      if (runtime.now().getTime() - renewed < (LEASE_SECONDS * 1000) / 3) return;
      await hold({ name: `svc-${service}`, holder }, api, runtime.now);
      renewed = runtime.now().getTime();
    },
  };
}

async function holderOf({ env, pid, processAt, token }: Runtime): Promise<string> {
  const host = (await processAt())?.host ?? 'an unknown machine';
  return `${env['USER'] ?? env['USERNAME'] ?? 'somebody'}@${host}, process ${pid}, ${token(4)}`;
}

async function requireNamespace(api: Api): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: api.namespace } };
  const found = await api.get(namespace).catch((error: unknown) => {
    // Whoever may only look into the namespace may not look at it.
    if (error instanceof SvcError && error.code === 'cluster/forbidden' && !/401|who asks/.test(error.message)) return namespace;
    throw error;
  });
  if (found) return;
  throw new SvcError('cluster/refused', `The cluster has no namespace ${api.namespace}`, {
    hint: `Make it: kubectl create namespace ${api.namespace}; or name another one in svc.yaml`,
  });
}

/** Every kind that is written, with the record and the lease. */
async function kindsOf(
  rendered: readonly RenderedService[],
  api: Api,
): Promise<readonly { readonly group: string; readonly resource: string }[]> {
  const own = [
    { apiVersion: 'v1', kind: 'ConfigMap' },
    { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
  ];
  const kinds = new Map(
    [...own, ...rendered.flatMap(({ objects }) => objects)].map(({ apiVersion, kind }) => [`${apiVersion}/${kind}`, { apiVersion, kind }]),
  );
  return Promise.all([...kinds.values()].map(async (kind) => ({ group: groupOf(kind), resource: (await api.nameOf(kind)).plural })));
}

function groupOf({ apiVersion }: Pick<KubernetesObject, 'apiVersion'>): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

function refuseConflicts(services: readonly ServicePlan[]): void {
  const conflicts = services.flatMap(({ objects }) =>
    objects.flatMap(({ object, conflicts: found }) =>
      found.map(({ field, manager }) => `  ${object.kind} ${object.metadata.name}  ${field}  belongs to ${manager}`),
    ),
  );
  if (conflicts.length === 0) return;
  throw new SvcError('plan/conflict', `Nothing was changed: other managers own fields that would change:\n${conflicts.join('\n')}`, {
    hint: 'Leave each to its owner (a patch can take it out), or have the owner let go of it',
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    const stop = () => done(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    function done(reason?: unknown): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      if (reason === undefined) resolve();
      else reject(reason);
    }
  });
}

function ignore(): void {}
