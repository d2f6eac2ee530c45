import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { removeCluster } from '../../chassis/src/embedded-postgres/cluster.ts';
import { SvcError } from '../errors.ts';
import { nodeFiles } from '../runtime/node/files.ts';
import type {
  DeadLetter,
  DeployRequest,
  LettersRequest,
  LogLine,
  MendRequest,
  OpenSaga,
  Plan,
  Replayed,
  ReplayRequest,
  SagasRequest,
  SystemEvent,
  SystemStatus,
  UpRequest,
} from '../target/local/protocol.ts';
import type { BookTies } from './books.ts';
import { type DatabaseServer, databaseServer } from './database.ts';
import { deadLetters, replay } from './dead-letters.ts';
import { type Journal, openJournal } from './journal.ts';
import { LocalServices } from './local-services.ts';
import { type LogBook, openLogBook } from './log-book.ts';
import { masker } from './log-lines.ts';
import { type Memory, openMemory } from './memory.ts';
import { mendSaga, openSagas } from './open-sagas.ts';
import { writeState } from './state-file.ts';
import { startTraces, type Traces } from './traces.ts';

type Tell = (event: SystemEvent) => void;

/** Somebody at the other end of a stream. */
interface Listener<Item = SystemEvent> {
  readonly tell: (item: Item) => void;
  /** Resolves when they have gone, however that came. */
  readonly left: Promise<void>;
}

export interface LocalSystemOptions {
  readonly root: string;
  /** The workspace's folder below the person's state folder. */
  readonly state: string;
  /** Of the control API: must not be shown. */
  readonly token: string;
}

/** Logs that are no service's: shown only to those who name them. */
const OWN_LOGS = ['database', 'supervisor'];
/** Changes come in bursts: those of one moment are told once. */
const TOGETHER_MS = 20;

/** Everything that runs for one workspace: services, database, traces, logs, and who is looking. */
export class LocalSystem {
  readonly traces: Traces;
  readonly #options: LocalSystemOptions;
  readonly #services: LocalServices;
  readonly #database: DatabaseServer;
  readonly #logs: LogBook;
  readonly #watching = new Set<Tell>();
  #session: { readonly pid: number; readonly since: string } | undefined;
  #ending: Promise<void> = Promise.resolve();
  #busy = 0;
  #lastUse = Date.now();
  #telling: NodeJS.Timeout | undefined;
  /** Resolves when `svc down` ended everything. */
  readonly closed: Promise<void>;
  #close: () => void = () => {};
  #forget = false;

  private constructor(
    options: LocalSystemOptions,
    parts: { memory: Memory; journal: Journal; logs: LogBook; database: DatabaseServer; traces: Traces },
  ) {
    this.#options = options;
    this.#database = parts.database;
    this.#logs = parts.logs;
    this.traces = parts.traces;
    const { memory, journal, logs, database, traces } = parts;
    const changed = () => this.#changed();
    this.#services = new LocalServices({
      root: options.root,
      fs: nodeFiles(),
      memory,
      journal,
      logs,
      database,
      traces: traces.endpoint,
      changed,
    });
    this.closed = new Promise((close) => (this.#close = close));
  }

  static async start(options: LocalSystemOptions): Promise<LocalSystem> {
    const memory = openMemory(options.state);
    const secrets = () => [...memory.secrets(), options.token, database.secret() ?? ''];
    const logs = openLogBook(join(options.state, 'logs'), masker(secrets));
    const log = (line: string) => void logs.write('database', line);
    let changed = () => {};
    const database = databaseServer({ dataDir: join(options.state, 'postgres'), memory, log, changed: () => changed() });
    const traces = await startTraces(database, (line) => void logs.write('supervisor', line));
    // Whoever starts this process needs the database next: it starts while they still say what they want.
    traces.warmUp();
    const system = new LocalSystem(options, { memory, journal: openJournal(options.state), logs, database, traces });
    changed = () => system.#changed();
    return system;
  }

  touch(): void {
    this.#lastUse = Date.now();
  }

  /** For how long nothing has run and nobody has asked, in milliseconds. */
  get idleMs(): number {
    return this.#services.isEmpty && this.#busy === 0 ? Date.now() - this.#lastUse : 0;
  }

  status(): SystemStatus {
    const { root } = this.#options;
    const session = this.#session && { session: this.#session };
    return {
      root,
      pid: process.pid,
      database: this.#database.running ? 'running' : 'stopped',
      ...session,
      services: this.#services.status(),
    };
  }

  plan(names: readonly string[]): Promise<Plan> {
    return this.#services.plan(names);
  }

  async deploy(request: DeployRequest, tell: Tell): Promise<void> {
    await this.#whileBusy(async () => {
      const stop = this.#showState(tell);
      try {
        const results = await this.#services.deploy(request, tell);
        tell({ type: 'settled', results });
      } finally {
        stop();
      }
    });
  }

  /** Runs a session of `svc up` until the other end has left. */
  async up(request: UpRequest, { tell, left }: Listener): Promise<void> {
    await this.#ending;
    this.#beginSession(request);
    const stops = [this.#showState(tell), this.#logs.follow((line) => !OWN_LOGS.includes(line.service) && tell({ type: 'log', ...line }))];
    await this.#whileBusy(async () => {
      try {
        const { results, end } = await this.#services.up(request, tell);
        results.then(
          (all) => tell({ type: 'settled', results: all }),
          (error: unknown) => tell({ type: 'note', text: String(error) }),
        );
        await left;
        this.#ending = end();
        await this.#ending;
      } finally {
        for (const stop of stops) stop();
        this.#session = undefined;
        rmSync(this.#sessionFile, { force: true });
      }
    });
  }

  /** Ends the named services; everything, this process included, where none is named: with `forget` its data too. */
  async down(names: readonly string[], forget: boolean): Promise<readonly string[]> {
    if (names.length > 0) return this.#services.down(names);
    this.#forget = forget;
    const ended = await this.#services.down(undefined);
    this.#close();
    return ended;
  }

  /** Events that services could not handle. */
  deadLetters(wanted: LettersRequest): Promise<readonly DeadLetter[]> {
    return deadLetters(this.#bookTies, wanted);
  }

  /** Has them handled again, by the services themselves. */
  replay(wanted: ReplayRequest): Promise<readonly Replayed[]> {
    return replay(this.#bookTies, wanted);
  }

  /** Sagas of services that have not ended. */
  openSagas(wanted: SagasRequest): Promise<readonly OpenSaga[]> {
    return openSagas(this.#bookTies, wanted);
  }

  /** Has one tried at once, or turned back. */
  mendSaga(wanted: MendRequest): Promise<readonly string[]> {
    return mendSaga(this.#bookTies, wanted);
  }

  get #bookTies(): BookTies {
    return { root: this.#options.root, fs: nodeFiles(), database: this.#database };
  }

  /** The end of the logs, then what comes, until the other end has left. */
  async logs(
    wanted: { readonly services: readonly string[]; readonly lines: number; readonly follow: boolean },
    { tell, left }: Listener<LogLine>,
  ): Promise<void> {
    const services = wanted.services.length > 0 ? wanted.services : this.#services.status().map(({ name }) => name);
    this.#logs.flush();
    for (const service of services) {
      for (const line of await this.#tail(service, wanted.lines)) tell({ service, line });
    }
    if (!wanted.follow) return;
    const stop = this.#logs.follow((line) => {
      if (wanted.services.length === 0 ? !OWN_LOGS.includes(line.service) : wanted.services.includes(line.service)) tell(line);
    });
    await left;
    stop();
  }

  /** Ends what still runs, politely where there is time. */
  async stop(): Promise<void> {
    await this.#services.down(undefined);
    await this.traces.close();
    await this.#database.stop();
    this.#logs.flush();
    if (this.#forget) await this.#forgetData();
  }

  /** Databases, traces, logs and addresses; what finds this process goes last, as after any stop. */
  async #forgetData(): Promise<void> {
    const { state } = this.#options;
    await removeCluster(join(state, 'postgres'));
    for (const name of ['logs', 'system.json']) rmSync(join(state, name), { recursive: true, force: true });
  }

  kill(): void {
    this.#services.kill();
  }

  async #tail(service: string, lines: number): Promise<readonly string[]> {
    const recent = this.#logs.tail(service, lines);
    if (recent.length > 0 || lines === 0) return recent;
    const text = await readFile(join(this.#options.state, 'logs', `${service}.log`), 'utf8').catch(() => '');
    return text.split('\n').slice(0, -1).slice(-lines);
  }

  #beginSession({ client, services }: UpRequest): void {
    if (this.#session) {
      const { pid, since } = this.#session;
      throw new SvcError('local/busy', `svc up runs here already: process ${pid}, since ${since.slice(11, 19)} UTC`, {
        hint: `Use that one, or end it with: kill ${pid}${services.length > 0 ? `. To start ${services.join(', ')} beside it: svc deploy --env local ${services.join(' ')}` : ''}`,
      });
    }
    this.#session = { pid: client, since: new Date().toISOString() };
    writeState(this.#sessionFile, this.#session);
  }

  /** Its absence tells a `svc up` that was left that everything of it has ended. */
  get #sessionFile(): string {
    return join(this.#options.state, 'session.json');
  }

  #showState(tell: Tell): () => void {
    this.#watching.add(tell);
    tell({ type: 'state', services: this.#services.status() });
    return () => {
      tell({ type: 'state', services: this.#services.status() });
      this.#watching.delete(tell);
    };
  }

  #changed(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      for (const tell of this.#watching) tell({ type: 'state', services: this.#services.status() });
    }, TOGETHER_MS);
  }

  async #whileBusy(work: () => Promise<void>): Promise<void> {
    this.#busy += 1;
    try {
      await work();
    } finally {
      this.#busy -= 1;
      this.touch();
    }
  }
}

/** Resolves when the system has had nothing to do for so long. */
export async function untilIdle(system: LocalSystem, ms: number): Promise<void> {
  while (system.idleMs < ms) await pause(Math.max(100, ms - system.idleMs), undefined, { ref: false });
}
