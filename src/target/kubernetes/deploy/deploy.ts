import { SvcError } from '../../../errors.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import { type Calls, startOrder } from '../../../workload/order.ts';
import type { ClusterEnvironment } from '../../../workspace/environment.ts';
import { type Api, apiOf } from '../api/api.ts';
import { type KubernetesObject, titleOf } from '../render/object.ts';
import type { RenderedService } from '../render/render.ts';
import { type Deployed, type DeployWorld, deployService } from './deploy-service.ts';
import { refuseHealed } from './healer.ts';
import { type Holding, holdAll } from './holding.ts';
import type { Live } from './inventory.ts';
import { DEFAULTS, type DeployOptions } from './options.ts';
import { pause } from './pause.ts';
import { isChange, planService, type ServicePlan } from './plan.ts';
import { readRecord } from './record.ts';
import { requireRights } from './rights.ts';

/** What a deploy of services to a cluster would do. Nothing of it is written yet. */
export interface DeployPlan {
  readonly context: string;
  readonly namespace: string;
  /** Tells this cluster's namespace from another one's of the same name; undefined for those who may not look at it. */
  readonly namespaceUid: string | undefined;
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
  rendered: readonly Deployable[],
  { api, context }: Pick<Connection, 'api' | 'context'>,
): Promise<DeployPlan> {
  const { uid: namespaceUid } = await requireNamespace(api);
  // Before anything else is asked, so that all missing rights are told at once, and not the first that is missed.
  const names = rendered.map(({ service }) => service);
  await requireRights({ kinds: await kindsOf(rendered, api), services: names }, api);
  const services = await Promise.all(rendered.map(({ service, objects }) => planService(service, objects, api)));
  refuseHealed(services.flatMap(({ objects }) => objects.flatMap(({ object, healer }) => (healer ? [{ object, healer }] : []))));
  refuseConflicts(services);
  return { context, namespace: api.namespace, namespaceUid, services };
}

/** What is put into a cluster of one service. */
export type Deployable = Pick<RenderedService, 'service' | 'objects'>;

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
  { calls, connection, options, runtime }: Deploying,
): Promise<readonly ServiceOutcome[]> {
  const work = plan.services.filter(hasWork);
  const holder = await holderOf(runtime);
  const names = work.map(({ service }) => service);
  const { api } = connection;
  const all = { ...DEFAULTS, ...options };
  const holding = await holdAll(names, { ...connection, holder, seconds: all.leaseSeconds });
  try {
    await Promise.all(work.map((each) => requireUnchanged(each, api)));
    return await inOrder(work, calls, (each) => deployService(each, worldOf(each, { api, options: all, runtime, holder, holding })));
  } finally {
    await holding.letGo();
  }
}

export interface Deploying {
  /** Services by name with those that they call. */
  readonly calls: Calls;
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
  calls: Calls,
  run: (plan: ServicePlan) => Promise<Deployed>,
): Promise<readonly ServiceOutcome[]> {
  const names = plans.map(({ service }) => service);
  const { waitsFor } = startOrder(new Map([...calls].filter(([name]) => names.includes(name))));
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

async function requireNamespace(api: Api): Promise<Live['metadata']> {
  const namespace: Live = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: api.namespace } };
  const found = await api.get<Live>(namespace).catch((error: unknown) => {
    // Whoever may only look into the namespace may not look at it.
    if (error instanceof SvcError && error.code === 'cluster/forbidden') return namespace;
    throw error;
  });
  if (found) return found.metadata;
  throw new SvcError('cluster/refused', `The cluster has no namespace ${api.namespace}`, {
    hint: `Make it: kubectl create namespace ${api.namespace}; or name another one in svc.yaml`,
  });
}

/** Every kind that is written. */
async function kindsOf(
  rendered: readonly Deployable[],
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
