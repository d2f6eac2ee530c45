import { counted } from '../document/counted.ts';
import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { lockOf, withLock } from '../state/lock.ts';
import { newShelf } from '../template/sources/shelf.ts';
import type { FleetRow } from './change.ts';
import { beginning, type ChangeAction, type ChangeEvent, type ChangeState, type End, step } from './change-machine.ts';
import type { Check } from './check.ts';
import { type FindOrder, type Fleet, findFleet } from './find-fleet.ts';
import { type FleetActions, type FleetEvent, type FleetMachine, fleetOf, stepFleet, type Wave } from './fleet-machine.ts';
import { recall, remember } from './ledger.ts';
import { pause } from './pause.ts';
import { entryOf, perform, type Work, type WorkOrder } from './perform.ts';
import type { PlanOrder } from './plan-change.ts';
import { rowsOf, unreadRow, waitingRows } from './rows.ts';

/** What a user asks of `svc upgrade --all`. */
export interface FleetOrder extends FindOrder, Pick<PlanOrder, 'to' | 'set' | 'pushConflicts'> {
  /** `look` and `plan` change nothing: the one asks the forge how things are, the other says what an upgrade would do. */
  readonly mode: 'upgrade' | 'look' | 'plan';
  readonly wave: Wave | undefined;
  readonly check: Check | undefined;
  readonly retry: boolean;
  readonly yes: boolean;
}

export interface FleetReport {
  readonly mode: FleetOrder['mode'];
  /** By repository and name. */
  readonly rows: readonly FleetRow[];
  /** Whether the user stopped it: the next run goes on. */
  readonly stopped: boolean;
}

/**
 * Upgrades every service of a fleet on a branch of its own, and proposes it where a forge is known. Nothing that is checked out is
 * touched. What was done before, by this run or an earlier one, is found and not done again.
 * @throws SvcError plan/busy where another fleet upgrade is at work; those of `findFleet`
 */
export async function upgradeFleet(order: FleetOrder, runtime: Runtime): Promise<FleetReport> {
  const work = async () => {
    const fleet = await findFleet(order, runtime);
    if (order.mode === 'upgrade') await agree(fleet, order, runtime);
    return run(fleet, order, runtime);
  };
  if (order.mode !== 'upgrade') return work();
  return withLock(lockOf('fleet', 'a fleet', runtime), runtime, work);
}

async function agree({ changes }: Fleet, { yes }: FleetOrder, { ask, terminal }: Runtime): Promise<void> {
  const homes = new Set(changes.filter(({ home }) => home.remote).map(({ home }) => home.id)).size;
  if (yes || !terminal.interactive || homes === 0) return;
  const where = homes === 1 ? '1 repository' : `up to ${homes} repositories`;
  if (await ask.confirm({ message: `Push branches and open pull requests in ${where}?`, default: false })) return;
  throw new SvcError('input/cancelled', 'Nothing was pushed', { hint: 'See what would happen: svc upgrade --all --dry-run' });
}

async function run(fleet: Fleet, order: FleetOrder, runtime: Runtime): Promise<FleetReport> {
  // One shelf of templates for all.
  const shared = workOrder(order);
  const works = new Map<string, Work>(fleet.changes.map(({ change, home }) => [change.id, { change, home, order: shared, isNew: false }]));
  const rows = new Map<string, readonly FleetRow[]>();
  const driver = new Driver({ works, rows, order, runtime });
  await driver.run(fleetOf([...works.keys()], { lanes: order.lanes, wave: order.wave, open: await openAmong(works, order, runtime) }));
  const all = [...works.values()].flatMap((work) => rows.get(work.change.id) ?? waitingRows(work));
  return { mode: order.mode, rows: [...all, ...fleet.unread.map(unreadRow)], stopped: runtime.signal.aborted };
}

function workOrder({ to, set, pushConflicts, branchPrefix, check, mode }: FleetOrder): WorkOrder {
  return { shelf: newShelf(), to, set, pushConflicts, branchPrefix, check, look: mode !== 'upgrade' };
}

/** What earlier runs have brought out is no part of the next wave. */
async function openAmong(works: ReadonlyMap<string, Work>, { wave }: FleetOrder, runtime: Runtime): Promise<number> {
  if (!wave || 'count' in wave) return works.size;
  const entries = await Promise.all([...works.values()].map(({ change }) => recall(change, runtime)));
  return entries.filter((entry) => entry === undefined || entry.state === 'failed' || entry.state === 'conflict' || entry.state === 'made')
    .length;
}

interface Stage {
  readonly works: ReadonlyMap<string, Work>;
  readonly rows: Map<string, readonly FleetRow[]>;
  readonly order: FleetOrder;
  readonly runtime: Runtime;
}

/** Carries out what the two machines say: no decision is taken here. */
class Driver {
  readonly #stage: Stage;
  readonly #over: Promise<void>;
  #end: () => void = () => {};
  #fail: (error: unknown) => void = () => {};
  #machine: FleetMachine | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#over = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
  }

  async run(machine: FleetMachine): Promise<void> {
    const { signal, emit } = this.#stage.runtime;
    const stop = () => this.#tell({ type: 'stop' });
    signal.addEventListener('abort', stop, { once: true });
    this.#machine = machine;
    emit({ id: 'fleet', state: 'start', text: this.#progress() });
    this.#tell(signal.aborted ? { type: 'stop' } : { type: 'begin' });
    try {
      await this.#over;
    } finally {
      signal.removeEventListener('abort', stop);
      emit({ id: 'fleet', state: 'done', text: this.#progress() });
    }
  }

  #tell(event: FleetEvent): void {
    if (!this.#machine) return;
    const [next, actions] = stepFleet(this.#machine, event, this.#now());
    this.#machine = next;
    this.#act(actions);
  }

  #act({ begin, wakeAt, isOver }: FleetActions): void {
    for (const id of begin) this.#change(id).catch(this.#fail);
    if (wakeAt !== undefined) void pause(wakeAt - this.#now(), this.#stage.runtime.signal).then(() => this.#tell({ type: 'waited' }));
    if (isOver) this.#end();
  }

  async #change(id: string): Promise<void> {
    const { works, rows, order, runtime } = this.#stage;
    const work = works.get(id);
    if (!work) throw new Error(`no change ${id}`);
    const end = await this.#drive(work, beginning(rulesOf(work, order)));
    if (end) {
      rows.set(id, rowsOf(work, end));
      if (order.mode === 'upgrade') await note(work, end, runtime);
    }
    runtime.emit({ id: 'fleet', state: 'update', text: this.#progress() });
    this.#tell({ type: 'ended', id, spent: end !== undefined && isSpent(work, end) });
  }

  /** From the first event to the end; undefined where the user asked to stop before. */
  async #drive(work: Work, from: ChangeState): Promise<End | undefined> {
    const { runtime } = this.#stage;
    let [state, action] = step(from, { type: 'begin' });
    while (!('end' in action)) {
      const event = await this.#carryOut(action, work);
      if (runtime.signal.aborted) return undefined;
      [state, action] = step(state, event);
    }
    return action.end;
  }

  async #carryOut(action: Exclude<ChangeAction, { readonly end: End }>, work: Work): Promise<ChangeEvent> {
    const { runtime } = this.#stage;
    if ('do' in action) return perform(action.do, work, runtime);
    if (action.isLimit) this.#tell({ type: 'limited', until: this.#now() + action.wait });
    await pause(action.wait, runtime.signal);
    return { type: 'waited' };
  }

  #now(): number {
    return this.#stage.runtime.now().getTime();
  }

  #progress(): string {
    const { works, rows, order } = this.#stage;
    const done = order.mode === 'upgrade' ? 'Upgrading' : 'Looking at';
    return `${done} ${counted(works.size, 'change')}: ${rows.size} done`;
  }
}

function rulesOf({ home }: Work, { mode, check, retry }: FleetOrder): ChangeState['rules'] {
  const until = !home.remote ? 'commit' : home.remote.forge ? 'propose' : 'push';
  return { until, look: mode !== 'upgrade', check: check !== undefined, retry };
}

/** What was there before the run is no part of its wave; a failure is, so that a bad template stops after one wave. */
function isSpent(work: Work, end: End): boolean {
  return work.isNew || ((end.state === 'failed' || end.state === 'conflict') && end.state !== work.before);
}

async function note(work: Work, end: End, runtime: Runtime): Promise<void> {
  // What was never behind needs no memory.
  if (end.state === 'current' || end.state === 'behind' || !work.plan) return;
  const why = 'reason' in end && end.reason !== undefined ? { reason: end.reason } : {};
  const hint = 'hint' in end ? { hint: end.hint } : {};
  await remember({ ...entryOf(work), state: end.state, ...why, ...hint }, runtime);
}
