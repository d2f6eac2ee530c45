import { SvcError } from '../errors.ts';
import type { FileSystem } from '../runtime/runtime.ts';
import type {
  Change,
  DeployRequest,
  Plan,
  PlannedChange,
  ServiceResult,
  ServiceStatus,
  SystemEvent,
  UpRequest,
} from '../target/local/protocol.ts';
import { callsOf, startOrder, withNeeds } from '../workload/order.ts';
import { pickServices, readWorkspace } from '../workspace/read.ts';
import type { Service, Workspace } from '../workspace/workspace.ts';
import { openAddress, urlOf } from './addresses.ts';
import type { DatabaseServer } from './database.ts';
import { digestOf } from './digest.ts';
import { needsDatabase, needsEvents, type Provided, type Variables } from './environment.ts';
import type { Journal } from './journal.ts';
import type { LogBook } from './log-book.ts';
import type { Memory } from './memory.ts';
import { prepare, type Runnable, runnable } from './prepare.ts';
import type { Relay } from './relay.ts';
import { keepOnly } from './release-copy.ts';
import { resultOf } from './result.ts';
import { type Attempt, ServiceRunner } from './runner.ts';
import { watchService } from './watch.ts';

export interface SystemTies {
  readonly root: string;
  readonly fs: FileSystem;
  readonly memory: Memory;
  readonly journal: Journal;
  readonly logs: LogBook;
  readonly database: DatabaseServer;
  /** Where services send their spans. */
  readonly traces: string;
  /** Told after every change of any service. */
  readonly changed: () => void;
}

interface Running {
  readonly relay: Relay;
  readonly runner: ServiceRunner;
  startedBy: 'deploy' | 'up';
  /** Of the files that the version in service was made from. */
  digest: string | undefined;
  /** Names of the copies that the version in service and the one before run from. */
  copies: readonly string[];
}

type Tell = (event: SystemEvent) => void;

/** Where all services of the workspace keep their events: a name that no service can have. */
const EVENTS_DATABASE = 'svckit_events';

/** The services of one workspace on this machine. */
export class LocalServices {
  readonly #ties: SystemTies;
  readonly #running = new Map<string, Promise<Running>>();
  readonly #known = new Map<string, Running>();
  /** Of services that are ending: their address is free again only after that. */
  readonly #closing = new Map<string, Promise<void>>();

  constructor(ties: SystemTies) {
    this.#ties = ties;
  }

  /**
   * What a deploy of these services would change; all services where none is named.
   * @throws SvcError workspace/no-service, workload/invalid
   */
  async plan(names: readonly string[]): Promise<Plan> {
    const { changes, circles } = await this.#planned(names);
    return { changes: changes.map(({ change }) => change), circles };
  }

  /** Deploys these services, and what they need and does not run. Tells each result as it comes. */
  async deploy(request: DeployRequest, tell: Tell): Promise<readonly ServiceResult[]> {
    const planned = await this.#planned(request.services);
    return this.#bringUp({ ...planned, request, by: 'deploy', inspect: [], tell });
  }

  /** Starts these services from their folders, and again after each edit, until the returned function is called. */
  async up(request: UpRequest, tell: Tell): Promise<{ readonly results: Promise<readonly ServiceResult[]>; end(): Promise<void> }> {
    const planned = await this.#planned(request.services);
    for (const circle of planned.circles)
      tell({ type: 'note', text: `In a circle: ${circle.join(' → ')}; the last one named starts first` });
    const order = { ...planned, request, by: 'up', inspect: request.inspect, tell } as const;
    const watching = planned.changes.map(({ runnable: { service } }) =>
      watchService(service, {
        changed: () => void this.#again(service.name, order),
        trouble: (text) => tell({ type: 'note', text }),
      }),
    );
    return {
      results: this.#bringUp(order),
      end: async () => {
        for (const stop of await Promise.all(watching)) stop();
        const mine = planned.changes.map(({ change }) => change.service).filter((name) => this.#known.get(name)?.startedBy === 'up');
        await this.down(mine);
      },
    };
  }

  /** Ends these services, all where none is named; resolves when they are gone, with their names. */
  async down(names: readonly string[] | undefined): Promise<readonly string[]> {
    const ended = [...this.#known].filter(([name]) => names === undefined || names.includes(name));
    await Promise.all(
      ended.map(async ([name, { runner, relay }]) => {
        this.#known.delete(name);
        this.#running.delete(name);
        const closing = runner.stop().then(() => relay.close());
        this.#closing.set(name, closing);
        await closing;
      }),
    );
    this.#ties.changed();
    return ended.map(([name]) => name);
  }

  kill(): void {
    for (const { runner } of this.#known.values()) runner.kill();
  }

  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  status(): readonly ServiceStatus[] {
    return [...this.#known]
      .map(([name, { relay, runner, startedBy }]) => {
        const { inspect, ...condition } = runner.condition;
        return { name, url: urlOf(relay), startedBy, ...condition, ...(inspect !== undefined && { inspect }) };
      })
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  async #planned(names: readonly string[]): Promise<Planned> {
    const workspace = await readWorkspace(this.#ties.fs, this.#ties.root);
    const named = pickServices(workspace, names).map(({ name }) => name);
    const calls = callsOf(workspace.services);
    const needed = [...withNeeds(named, calls)].filter(([name, by]) => by === undefined || !this.#known.get(name)?.runner.isServing);
    const { waitsFor, circles } = startOrder(new Map([...calls].filter(([name]) => needed.some(([each]) => each === name))));
    const changes = await Promise.all(needed.map(([name, by]) => this.#change(serviceNamed(workspace, name), by)));
    return { changes, circles, waitsFor };
  }

  async #change(service: Service, neededBy: string | undefined): Promise<PlannedService> {
    const digest = await digestOf(service);
    const change: PlannedChange = {
      service: service.name,
      change: this.#kindOf(service.name, digest),
      ...(neededBy !== undefined && { neededBy }),
    };
    return { change, digest, runnable: runnable(service) };
  }

  #kindOf(name: string, digest: string): Change {
    const last = this.#ties.memory.get().deployed[name];
    const running = this.#known.get(name);
    if (last === undefined) return 'new';
    if (running?.startedBy === 'deploy' && running.runner.isServing && running.digest === digest) return 'same';
    return last === digest ? 'start' : 'changed';
  }

  async #bringUp(order: Order): Promise<readonly ServiceResult[]> {
    const relays = await Promise.all(order.changes.map(({ change }) => this.#ensure(change.service, order)));
    const addresses = new Map([...this.#known].map(([name, { relay }]) => [name, urlOf(relay)]));
    const attempts = new Map<string, Promise<ServiceResult>>();
    for (const [index, each] of order.changes.entries()) {
      const running = relays[index];
      if (running) attempts.set(each.change.service, this.#bringOne(each, running, { ...order, addresses, attempts }));
    }
    return Promise.all(attempts.values());
  }

  async #bringOne(planned: PlannedService, running: Running, order: Bringing): Promise<ServiceResult> {
    const { change, service } = planned.change;
    const startedAt = Date.now();
    const result = (attempt?: Attempt): ServiceResult => resultOf({ change, service, url: urlOf(running.relay), startedAt, attempt });
    if (order.by === 'deploy' && change === 'same') return told(order.tell, result());
    const copyAs = order.by === 'deploy' ? `${planned.digest}-${startedAt.toString(36)}` : undefined;
    const { waitsFor, attempts, tell } = order;
    const attempt = await running.runner.deploy((cancelled) =>
      prepare(
        {
          runnable: planned.runnable,
          env: order.request.env,
          inspect: order.inspect.includes(service),
          copyAs,
          databases: () => this.#databasesFor(planned.runnable, order.request.env),
          services: order.addresses,
          traces: this.#ties.traces,
          // Everybody is asked at once, so those to wait for are only known in the next turn.
          turn: async () => Promise.all((waitsFor.get(service) ?? []).map((name) => attempts.get(name))),
          log: (line) => this.#ties.logs.write(service, line),
        },
        cancelled,
      ),
    );
    if (attempt.outcome.is === 'serving') await this.#succeeded(planned, running, { by: order.by, copyAs });
    return told(tell, result(attempt));
  }

  async #succeeded(
    planned: PlannedService,
    running: Running,
    { by, copyAs }: { by: 'deploy' | 'up'; copyAs: string | undefined },
  ): Promise<void> {
    running.digest = planned.digest;
    if (by === 'deploy') running.startedBy = 'deploy';
    this.#ties.memory.setDeployed(planned.change.service, planned.digest);
    // The version before may still be answering its last requests: its copy goes with the next deploy.
    const copies = copyAs === undefined ? running.copies : [copyAs, ...running.copies.slice(0, 1)];
    running.copies = copies;
    await keepOnly(planned.runnable.service.folder, copies);
  }

  /** After an edit: the folder is read afresh, and what cannot be read leaves the version that runs. */
  async #again(name: string, order: Order): Promise<void> {
    try {
      const workspace = await readWorkspace(this.#ties.fs, this.#ties.root);
      const planned = await this.#change(serviceNamed(workspace, name), undefined);
      const running = this.#known.get(name);
      if (running?.digest === planned.digest && running.runner.condition.condition === 'ready') return;
      await this.#bringUp({ ...order, changes: [planned], waitsFor: new Map() });
    } catch (error) {
      order.tell({ type: 'note', text: `${name} stays as it is: ${error instanceof Error ? error.message : error}` });
    }
  }

  async #databasesFor({ workload }: Runnable, env: Variables): Promise<Pick<Provided, 'database' | 'events'>> {
    const server = this.#ties.database;
    const [database, events] = await Promise.all([
      needsDatabase(workload, env) ? server.database(workload.name) : undefined,
      needsEvents(workload, env) ? server.database(EVENTS_DATABASE) : undefined,
    ]);
    return { database, events };
  }

  /** The service with its address, given one where it has none yet. */
  #ensure(name: string, order: Order): Promise<Running> {
    const known = this.#running.get(name);
    if (known) return known;
    const making = this.#open(name, order);
    this.#running.set(name, making);
    making.catch(() => this.#running.delete(name));
    return making;
  }

  async #open(name: string, { by, tell }: Order): Promise<Running> {
    const { memory, root, journal, logs, changed } = this.#ties;
    await this.#closing.get(name);
    const relay = await openAddress(name, { memory, root, note: (text) => tell({ type: 'note', text }) });
    const runner = new ServiceRunner({ relay, journal, changed, log: (line) => logs.write(name, line) });
    const running: Running = { relay, runner, startedBy: by, digest: undefined, copies: [] };
    this.#known.set(name, running);
    return running;
  }
}

interface PlannedService {
  readonly change: PlannedChange;
  readonly digest: string;
  readonly runnable: Runnable;
}

interface Planned {
  readonly changes: readonly PlannedService[];
  readonly circles: readonly (readonly string[])[];
  readonly waitsFor: ReadonlyMap<string, readonly string[]>;
}

interface Order extends Omit<Planned, 'circles'> {
  readonly request: DeployRequest;
  readonly by: 'deploy' | 'up';
  readonly inspect: readonly string[];
  readonly tell: Tell;
}

interface Bringing extends Order {
  readonly addresses: ReadonlyMap<string, string>;
  readonly attempts: ReadonlyMap<string, Promise<ServiceResult>>;
}

function told(tell: Tell, result: ServiceResult): ServiceResult {
  tell({ type: 'result', result });
  return result;
}

function serviceNamed(workspace: Workspace, name: string): Service {
  const [service] = pickServices(workspace, [name]);
  if (!service) throw new SvcError('workspace/no-service', `There is no service ${name}`, { hint: 'See: svc list' });
  return service;
}
