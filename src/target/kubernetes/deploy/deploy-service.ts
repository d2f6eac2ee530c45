import { SvcError } from '../../../errors.ts';
import type { Api } from '../api/api.ts';
import { type KubernetesObject, titleOf } from '../render/object.ts';
import { judge, type Verdict } from '../verdict/verdict.ts';
import { type Evidence, gather } from './evidence.ts';
import { groupsOf } from './groups.ts';
import { closed, lastGoodOf, opened } from './history.ts';
import { isRemovable, type Live, without } from './inventory.ts';
import { type Action, type Event, type Outcome, type Stages, type State, step } from './machine.ts';
import { isAwaited, observe } from './observe.ts';
import type { DeployOptions } from './options.ts';
import type { ServicePlan } from './plan.ts';
import { type Record, writeRecord } from './record.ts';
import { applyScaled, type Scaling } from './replicas.ts';
import { noWayBack } from './way-back.ts';

/** What a deploy asks of the world. */
export interface DeployWorld {
  readonly api: Api;
  /** Who deploys, for the record. */
  readonly by: string;
  readonly options: DeployOptions;
  pause(milliseconds: number): Promise<void>;
  /** What happens, for a person who waits. */
  tell(service: string, text: string): void;
  /** Throws where this deploy no longer holds the lease: somebody else goes on. */
  stillMine(): Promise<void>;
}

export interface Deployed {
  readonly service: string;
  readonly outcome: Outcome;
  readonly evidence: Evidence | undefined;
  readonly durationMs: number;
}

const LOOK_MS = 400;

/** Carries out the plan of one service. What fails is an outcome; only what is wrong with svc itself is thrown. */
export async function deployService(plan: ServicePlan, world: DeployWorld): Promise<Deployed> {
  const began = world.api.now().getTime();
  const work = new Work(plan, world);
  let [state, action]: readonly [State, Action | undefined] = step({ is: 'new' }, { is: 'begin' }, work.stages);
  while (action) [state, action] = step(state, await work.carryOut(action), work.stages);
  const outcome: Outcome = state.is === 'done' ? state.outcome : { is: 'failed', why: `it stopped while ${state.is}`, restored: false };
  return { service: plan.service, outcome, evidence: work.evidence, durationMs: world.api.now().getTime() - began };
}

/** The actions of one deploy, and what they need to remember of each other. */
class Work {
  readonly stages: Stages;
  evidence: Evidence | undefined;
  readonly #plan: ServicePlan;
  readonly #world: DeployWorld;
  readonly #objects: readonly KubernetesObject[];
  readonly #lastGood: readonly KubernetesObject[] | undefined;
  /** As it is while the deploy is under way. */
  readonly #record: Record;
  #said = '';

  constructor(plan: ServicePlan, world: DeployWorld) {
    this.#plan = plan;
    this.#world = world;
    this.#objects = plan.groups.flat();
    this.#lastGood = lastGoodOf(plan.record);
    this.#record = opened(plan.record, this.#objects, { by: world.by, at: world.api.now().toISOString() });
    this.stages = {
      groups: plan.groups.length,
      awaits: (group) => (plan.groups[group] ?? []).some(isAwaited),
      hasLastGood: this.#lastGood !== undefined,
      noWayBack: (group, causes) => noWayBack(plan, group, causes),
      patienceMs: world.options.patienceMs,
      rollbackPatienceMs: world.options.rollbackPatienceMs,
    };
  }

  async carryOut(action: Action): Promise<Event> {
    try {
      if (action.is !== 'keep-evidence') await this.#world.stillMine();
      const verdict = await this.#do(action);
      const at = this.#world.api.now().getTime();
      return verdict ? { is: 'judged', verdict, at } : { is: 'did', at };
    } catch (error) {
      if (!(error instanceof SvcError)) throw error;
      return { is: 'could-not', why: error.message };
    }
  }

  async #do(action: Action): Promise<Verdict | undefined> {
    switch (action.is) {
      case 'record':
        return void (await writeRecord(this.#plan.service, this.#record, this.#world.api));
      case 'apply':
        return void (await this.#apply(this.#plan.groups[action.group] ?? [], { leaving: without(this.#record.inventory, this.#objects) }));
      case 'judge':
        return this.#judge(action.group === 'last-good' ? (this.#lastGood ?? []) : (this.#plan.groups[action.group] ?? []));
      case 'keep-evidence':
        return void (await this.#keepEvidence());
      case 'go-back':
        return void (await this.#goBack());
      case 'prune':
        return void (await this.#removeBut(this.#objects));
      case 'close':
        return void (await writeRecord(this.#plan.service, closed(this.#record, action.outcome, this.#world.api.now()), this.#world.api));
    }
  }

  async #apply(objects: readonly KubernetesObject[], scaling: Scaling): Promise<void> {
    const apply = async (object: KubernetesObject) => ({ object, result: await applyScaled(object, this.#world.api, scaling) });
    const applied = await Promise.all(objects.map(apply));
    for (const { object, result } of applied) {
      if (!('conflicts' in result)) continue;
      const [{ field, manager } = { field: '', manager: '' }] = result.conflicts;
      throw new SvcError('plan/conflict', `${titleOf(object)}: ${field} belongs to ${manager}`, {
        hint: 'Leave the field to it, or have it let go',
      });
    }
  }

  /** The worst of all workloads of a group counts. */
  async #judge(objects: readonly KubernetesObject[]): Promise<Verdict> {
    await this.#world.pause(LOOK_MS);
    const { api, options } = this.#world;
    const verdicts = await Promise.all(
      objects.filter(isAwaited).map(async (workload) => {
        const observation = await observe(workload, api);
        return observation ? judge(observation, options) : ({ state: 'waiting', for: titleOf(workload), causes: [] } as const);
      }),
    );
    const verdict = verdicts.find(({ state }) => state === 'failed') ??
      verdicts.find(({ state }) => state === 'waiting') ?? { state: 'ready' };
    this.#tell(verdict);
    return verdict;
  }

  #tell(verdict: Verdict): void {
    const text =
      verdict.state === 'waiting'
        ? [`waits for ${verdict.for}`, ...verdict.causes.slice(0, 1).map(({ object, message }) => `${object}: ${message}`)].join('; ')
        : '';
    if (text === '' || text === this.#said) return;
    this.#said = text;
    this.#world.tell(this.#plan.service, text);
  }

  async #keepEvidence(): Promise<void> {
    const all = await Promise.all(
      this.#objects.filter(isAwaited).map((workload) => gather(workload, { api: this.#world.api, restarts: this.#world.options.restarts })),
    );
    this.evidence = {
      causes: all.flatMap(({ causes }) => causes),
      logs: all.flatMap(({ logs }) => logs),
      events: all.flatMap(({ events }) => events),
    };
  }

  async #goBack(): Promise<void> {
    const last = this.#lastGood ?? [];
    this.#world.tell(this.#plan.service, 'goes back to the last good version');
    for (const group of groupsOf(last)) await this.#apply(group, { isBack: true });
    await this.#removeBut(last);
  }

  /** Looked at once more right before: what another owner holds by now is left to them. */
  async #removeBut(wanted: readonly KubernetesObject[]): Promise<void> {
    const { api } = this.#world;
    const remove = async (object: KubernetesObject) => {
      const live = await api.get<Live>(object);
      if (live && isRemovable(live)) await api.remove(object, live.metadata.uid === undefined ? {} : { uid: live.metadata.uid });
    };
    await Promise.all(without(this.#record.inventory, wanted).map(remove));
  }
}
