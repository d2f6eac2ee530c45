import { SvcError } from '../../../errors.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import { calledBy, startOrder } from '../../../workload/order.ts';
import type { ClusterEnvironment } from '../../../workspace/environment.ts';
import type { Service } from '../../../workspace/workspace.ts';
import { type Api, apiOf } from '../api/api.ts';
import { type KubernetesObject, titleOf } from '../render/object.ts';
import type { RenderedService } from '../render/render.ts';
import { type Deployed, type DeployWorld, deployService } from './deploy-service.ts';
import { type Holding, holdAll } from './holding.ts';
import { DEFAULTS, type DeployOptions } from './options.ts';
import { pause } from './pause.ts';
import { isChange, planService, type ServicePlan } from './plan.ts';
import { readRecord } from './record.ts';
import { requireRights } from './rights.ts';

/** What a deploy of services to a cluster would do. Nothing of it is written yet. */
export interface DeployPlan {
  readonly context: string;
  readonly namespace: string;
  readonly services: readonly ServicePlan[];
}

/** How the deploy of one service ended; `skipped` where one that it needs did not come up. */
export type ServiceOutcome = Deployed | { readonly service: string; readonly skippedFor: string };

/** A way to an environment's namespace. */
export interface Connection {
  readonly context: string;
  readonly api: Api;
  /** Answers even after the user asked to stop, for a few seconds: for leaving things as they were. */
  readonly closingApi: Api;
}

/**
 * The API of an environment's namespace, with the user's own rights.
 * @throws SvcError cluster/not-configured
 */
export async function connect(
  { context, namespace }: Pick<ClusterEnvironment, 'context' | 'namespace'>,
  runtime: Pick<Runtime, 'cluster' | 'signal' | 'now'>,
): Promise<Connection> {
  const cluster = await runtime.cluster(context);
  const base = { cluster, namespace, now: runtime.now, chance: Math.random };
  const { signal } = runtime;
  const api = apiOf({ ...base, signal, pause: (ms) => pause(ms, signal) });
  const { signal: never } = new AbortController();
  const closingApi = apiOf({ ...base, signal: never, afterStop: true, answerMs: CLOSING_MS, pause: (ms) => pause(ms, never) });
  return { api, closingApi, context: cluster.context };
}

/** Somebody who pressed Ctrl-C waits for this. */
const CLOSING_MS = 2_000;

/**
 * Asks the cluster what these objects would change there, after everything that can be known beforehand: that it answers, that the
 * namespace is there, that no right is missing, that no other manager owns a field that would change.
 * @throws SvcError cluster/…, plan/conflict
 */
export async function planDeploy(
  rendered: readonly RenderedService[],
  { api, context }: Pick<Connection, 'api' | 'context'>,
): Promise<DeployPlan> {
  await requireNamespace(api);
  // Before anything else is asked, so that all missing rights are told at once, and not the first that is missed.
  const names = rendered.map(({ service }) => service);
  await requireRights({ kinds: await kindsOf(rendered, api), services: names }, api);
  const services = await Promise.all(rendered.map(({ service, objects }) => planService(service, objects, api)));
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
  { services, connection, options, runtime }: Deploying,
): Promise<readonly ServiceOutcome[]> {
  const work = plan.services.filter(hasWork);
  const holder = await holderOf(runtime);
  const names = work.map(({ service }) => service);
  const { api } = connection;
  const all = { ...DEFAULTS, ...options };
  const holding = await holdAll(names, { ...connection, holder, seconds: all.leaseSeconds });
  try {
    await Promise.all(work.map((each) => requireUnchanged(each, api)));
    return await inOrder(work, services, (each) => deployService(each, worldOf(each, { api, options: all, runtime, holder, holding })));
  } finally {
    await holding.letGo();
  }
}

export interface Deploying {
  /** Of the workspace: what calls what. */
  readonly services: readonly Pick<Service, 'name' | 'workload'>[];
  readonly connection: Connection;
  readonly options?: Partial<DeployOptions>;
  readonly runtime: Pick<Runtime, 'env' | 'pid' | 'processAt' | 'token' | 'signal' | 'now' | 'emit'>;
}

/** A plan is made, looked at and agreed to before the lease is held: whoever deployed in between is not to be undone. */
async function requireUnchanged({ service, record: planned }: ServicePlan, api: Api): Promise<void> {
  const record = await readRecord(service, api);
  if (record?.revision === planned?.revision && record?.phase === planned?.phase) return;
  throw new SvcError('plan/busy', `Nothing was changed: ${service} was deployed by ${record?.by ?? 'somebody'} since this was planned`, {
    hint: 'Run the command again, and look at what would change now',
  });
}

/** A service begins as soon as all that it calls, of those that are deployed, are there. */
async function inOrder(
  plans: readonly ServicePlan[],
  services: Deploying['services'],
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
  {
    api,
    options,
    runtime,
    holder,
    holding,
  }: Pick<Deploying, 'runtime'> & { options: DeployOptions; api: Api; holder: string; holding: Holding },
): DeployWorld {
  return {
    api,
    by: holder,
    options,
    pause: (ms) => pause(ms, runtime.signal),
    tell: (name, text) => runtime.emit({ id: name, state: 'update', text: `${name} ${text}` }),
    stillMine: () => holding.stillMine(service),
  };
}

async function holderOf({ env, pid, processAt, token }: Deploying['runtime']): Promise<string> {
  const host = (await processAt())?.host ?? 'an unknown machine';
  return `${env['USER'] ?? env['USERNAME'] ?? 'somebody'}@${host}, process ${pid}, ${token(4)}`;
}

async function requireNamespace(api: Api): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: api.namespace } };
  const found = await api.get(namespace).catch((error: unknown) => {
    // Whoever may only look into the namespace may not look at it.
    if (error instanceof SvcError && error.code === 'cluster/forbidden') return namespace;
    throw error;
  });
  if (found) return;
  throw new SvcError('cluster/refused', `The cluster has no namespace ${api.namespace}`, {
    hint: `Make it: kubectl create namespace ${api.namespace}; or name another one in svc.yaml`,
  });
}

/** Every kind that is written. */
async function kindsOf(
  rendered: readonly RenderedService[],
  api: Api,
): Promise<readonly { readonly group: string; readonly resource: string }[]> {
  const kinds = new Map(
    rendered.flatMap(({ objects }) => objects.map(({ apiVersion, kind }) => [`${apiVersion}/${kind}`, { apiVersion, kind }])),
  );
  return Promise.all([...kinds.values()].map(async (kind) => ({ group: groupOf(kind), resource: (await api.nameOf(kind)).plural })));
}

function groupOf({ apiVersion }: Pick<KubernetesObject, 'apiVersion'>): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

function refuseConflicts(services: readonly ServicePlan[]): void {
  const conflicts = services.flatMap(({ objects }) =>
    objects.flatMap(({ object, conflicts: found }) =>
      found.map(({ field, manager }) => `  ${titleOf(object)}  ${field}  belongs to ${manager}`),
    ),
  );
  if (conflicts.length === 0) return;
  throw new SvcError('plan/conflict', `Nothing was changed: other managers own fields that would change:\n${conflicts.join('\n')}`, {
    hint: 'Leave each to its owner (a patch can take it out), or have the owner let go of it; an object that is svc’s from now on is labelled app.kubernetes.io/managed-by=svc',
  });
}
