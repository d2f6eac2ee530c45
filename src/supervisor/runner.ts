import { createServer } from 'node:net';
import { duration } from '../output/duration.ts';
import type { ServiceCondition } from '../target/local/protocol.ts';
import { BuildFailure } from './build.ts';
import { type Instance, type Release, startInstance } from './instance.ts';
import type { Journal } from './journal.ts';
import { type Action, type Event, idle, type Outcome, type State, step } from './machine.ts';
import type { Absence, Relay } from './relay.ts';

/** What came of a deploy of one service. */
export interface Attempt {
  readonly outcome: Outcome;
  /** The end of what the failed build or instance said. */
  readonly lastLines: readonly string[];
  readonly oldServes: boolean;
}

/** Makes a release that can be started; told to stop by the signal. */
export type Prepare = (cancelled: AbortSignal) => Promise<Release>;

export interface RunnerTies {
  readonly relay: Relay;
  readonly journal: Journal;
  readonly log: (line: string) => string;
  /** Told after each change of condition. */
  readonly changed: () => void;
}

export interface Condition {
  readonly condition: ServiceCondition;
  readonly restarts: number;
  readonly message: string;
  readonly inspect: string | undefined;
}

interface Underway {
  readonly prepare: Prepare;
  readonly settle: (attempt: Attempt) => void;
  readonly cancel: AbortController;
  lines: readonly string[];
}

/** How long requests of the old instance may take to finish before it is told to end. */
const DRAIN_MS = 20_000;

/** Carries out what the state machine of one service says, and tells it what happens. */
export class ServiceRunner {
  readonly #ties: RunnerTies;
  #state: State = idle;
  #message = 'not started';
  #asked: Omit<Underway, 'cancel' | 'lines'> | undefined;
  readonly #underway = new Map<number, Underway>();
  readonly #releases = new Map<number, Release>();
  readonly #instances = new Map<number, Instance>();
  /** Told to end before they were started. */
  readonly #doomed = new Set<number>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(ties: RunnerTies) {
    this.#ties = ties;
  }

  /** Brings a new version into service. Never rejects: what went wrong is the attempt's outcome. */
  deploy(prepare: Prepare): Promise<Attempt> {
    return new Promise((settle) => {
      this.#asked = { prepare, settle };
      this.#tell({ type: 'deploy' });
    });
  }

  /** Ends everything of this service; resolves when it is gone. */
  async stop(): Promise<void> {
    this.#tell({ type: 'stop' });
    this.#message = 'stopped';
    this.#ties.changed();
    await Promise.all([...this.#instances.values()].map(({ exited }) => exited));
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Ends every process at once, where there is no time left to be polite. */
  kill(): void {
    for (const instance of this.#instances.values()) instance.kill();
  }

  get condition(): Condition {
    const { serving } = this.#state;
    const instance = serving && serving.is !== 'waiting' ? this.#instances.get(serving.instance) : undefined;
    return {
      condition: conditionOf(this.#state, this.#message),
      restarts: serving?.crashes ?? 0,
      message: this.#message,
      inspect: instance?.inspectUrl(),
    };
  }

  get isServing(): boolean {
    return this.#state.serving?.is === 'running';
  }

  #tell(event: Event): void {
    const before = this.#state;
    const [state, actions] = step(this.#state, event);
    this.#state = state;
    this.#explain(event, before);
    for (const action of actions) this.#perform(action);
    this.#ties.changed();
  }

  #perform(action: Action): void {
    if (action.do === 'build') this.#build(action.version);
    else if (action.do === 'cancel-build') this.#underway.get(action.version)?.cancel.abort();
    else if (action.do === 'start') void this.#start(action.version, action.instance);
    else if (action.do === 'end') void this.#end(action.instance, action.drain);
    else if (action.do === 'route') this.#route(action.instance);
    else if (action.do === 'wake') this.#wake(action.at);
    else this.#report(action.version, action.outcome);
  }

  #build(version: number): void {
    const asked = this.#asked;
    if (!asked) return;
    const underway: Underway = { ...asked, cancel: new AbortController(), lines: [] };
    this.#underway.set(version, underway);
    asked.prepare(underway.cancel.signal).then(
      (release) => {
        this.#releases.set(version, release);
        this.#tell({ type: 'built', version, at: Date.now() });
      },
      (error: unknown) => {
        underway.lines = error instanceof BuildFailure ? error.lines : [];
        this.#tell({ type: 'build-failed', version, reason: error instanceof Error ? error.message : String(error) });
      },
    );
  }

  async #start(version: number, number: number): Promise<void> {
    const release = this.#releases.get(version);
    if (!release) return;
    const { journal, log } = this.#ties;
    const port = await freePort();
    if (this.#doomed.delete(number)) return this.#tell({ type: 'exited', instance: number, at: Date.now(), how: 'not started' });
    const instance = startInstance(release, port, log);
    this.#instances.set(number, instance);
    if (instance.pid > 0) journal.add(instance.pid);
    void instance.ready.then(() => this.#tell({ type: 'ready', instance: number, at: Date.now() }));
    const how = await instance.exited;
    journal.remove(instance.pid);
    const underway = this.#underway.get(version);
    if (underway) underway.lines = instance.lastLines();
    this.#tell({ type: 'exited', instance: number, at: Date.now(), how });
    this.#instances.delete(number);
  }

  async #end(number: number, drain: boolean): Promise<void> {
    const instance = this.#instances.get(number);
    if (!instance) return void this.#doomed.add(number);
    if (drain) await this.#ties.relay.drained(instance.port, DRAIN_MS);
    instance.end();
  }

  #route(number: number | undefined): void {
    const instance = number === undefined ? undefined : this.#instances.get(number);
    this.#ties.relay.route(instance ? [instance.port] : [], this.#absence());
  }

  #absence(): Absence {
    return { reason: this.#message, brief: this.#state.serving !== undefined || this.#state.candidate !== undefined };
  }

  #wake(at: number): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.#tell({ type: 'timer', at: Math.max(at, Date.now()) });
      },
      Math.max(0, at - Date.now()),
    );
    this.#timers.add(timer);
  }

  #report(version: number, outcome: Outcome): void {
    const underway = this.#underway.get(version);
    this.#underway.delete(version);
    for (const old of this.#releases.keys()) if (old < version && outcome.is === 'serving') this.#releases.delete(old);
    if (!this.#state.serving && outcome.is === 'failed') this.#ties.relay.route([], { reason: outcome.reason, brief: false });
    underway?.settle({
      outcome: this.#explained(outcome),
      lastLines: this.#linesOf(underway),
      oldServes: this.isServing && outcome.is !== 'serving',
    });
  }

  /** A version that hung says more by what its readiness answered. */
  #explained(outcome: Outcome): Outcome {
    if (outcome.is !== 'failed') return outcome;
    const answer = [...this.#instances.values()].at(-1)?.lastAnswer();
    return outcome.hung && answer !== undefined ? { ...outcome, reason: `${outcome.reason}: ${answer}` } : outcome;
  }

  #linesOf(underway: Underway): readonly string[] {
    return underway.lines.length > 0 ? underway.lines : ([...this.#instances.values()].at(-1)?.lastLines() ?? []);
  }

  /** What a person reads beside the service's name. */
  #explain(event: Event, before: State): void {
    const { serving, candidate } = this.#state;
    const stays = serving ? '; the old version still serves' : '';
    if (event.type === 'deploy') this.#message = 'building';
    else if (candidate?.is === 'starting' && before.candidate?.is === 'building') this.#message = 'starting';
    else if (event.type === 'build-failed' && before.candidate && !candidate) this.#message = `${event.reason}${stays}`;
    else if (event.type === 'exited' && before.candidate && !candidate) this.#message = `ended before it was ready: ${event.how}${stays}`;
    else if (event.type === 'timer' && before.candidate && !candidate) this.#message = `not ready in time${stays}`;
    else if (event.type === 'exited' && serving?.is === 'waiting' && before.serving?.is !== 'waiting') {
      this.#message = `crashed (${event.how}); starts again in ${duration(serving.until - event.at)}`;
    } else if (event.type === 'ready' && serving?.is === 'running') this.#message = serving.crashes > 0 ? 'runs again' : '';
  }
}

function conditionOf({ serving, candidate }: State, message: string): ServiceCondition {
  if (candidate) return candidate.is;
  if (serving) return serving.is === 'running' ? 'ready' : 'restarting';
  return message === 'stopped' || message === 'not started' ? 'stopped' : 'failed';
}

/** Free at this moment; a service that finds it taken an instant later fails its start and is started again. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
