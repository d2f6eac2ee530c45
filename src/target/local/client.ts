import { join } from 'node:path';
import { SvcError } from '../../errors.ts';
import type { HttpResponse, Runtime } from '../../runtime/runtime.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import type { LogsWanted, Target } from '../target.ts';
import { stateFolder } from './place.ts';
import type {
  Address,
  DeadLetter,
  DeployRequest,
  DownRequest,
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
} from './protocol.ts';
import { thrown } from './wire-error.ts';

/** The local system of one workspace, as its background process offers it. */
export interface LocalSystem extends Target<Plan, SystemEvent, SystemStatus> {
  readonly url: string;
  readonly token: string;
  /** Runs services from their folders for as long as the stream is read. */
  up(services: readonly string[], inspect: readonly string[]): AsyncIterable<SystemEvent>;
  /** Ends these services, the whole local system where none is named; resolves with what was ended once it is gone. */
  down(request: DownRequest): Promise<readonly string[]>;
  /** Events that these services could not handle; of all where none is named. */
  deadLetters(services: readonly string[]): Promise<readonly DeadLetter[]>;
  /** Asks them to handle such events again: the one with this id and all of its key, else all. */
  replay(services: readonly string[], id?: string): Promise<readonly Replayed[]>;
  /** Sagas of these services that have not ended. */
  sagas(wanted: Omit<SagasRequest, 'env'>): Promise<readonly OpenSaga[]>;
  /** Has a saga tried at once, or turned back. Resolves with the services that had it to mend. */
  mendSaga(wanted: Omit<MendRequest, 'env'>): Promise<readonly string[]>;
}

type Place = Pick<Workspace, 'root'>;

const START_PATIENCE_MS = 20_000;
const STOP_PATIENCE_MS = 35_000;
const LOOK_MS = 15;
/** A process that is gone refuses at once; one that is merely busy must not be taken for gone. */
const ANSWER_MS = 10_000;

/**
 * The local system of a workspace; its background process is started where it is down.
 * @throws SvcError local/unavailable with the end of its log where it does not start
 */
export async function connect(runtime: Runtime, place: Place): Promise<LocalSystem> {
  return (await find(runtime, place)) ?? (await start(runtime, place));
}

/** The local system of a workspace where it runs, else undefined. */
export async function find(runtime: Runtime, place: Place): Promise<LocalSystem | undefined> {
  const address = await addressIn(runtime, stateFolder(runtime, place));
  if (!address) return undefined;
  const system = clientOf(runtime, { address, place });
  return system.status().then(
    () => system,
    (error: unknown) => {
      if (runtime.signal.aborted) throw error;
      return undefined;
    },
  );
}

/** Resolves when the `svc up` that this process ran has ended on the other side, too; called after the stream was left. */
export async function sessionEnded(runtime: Runtime, place: Place): Promise<void> {
  const session = join(stateFolder(runtime, place), 'session.json');
  await until(async () => (await runtime.fs.info(session)) === undefined, STOP_PATIENCE_MS);
}

async function start(runtime: Runtime, place: Place): Promise<LocalSystem> {
  const state = stateFolder(runtime, place);
  const logFile = join(state, 'logs', 'supervisor.log');
  const args = [join(runtime.paths.program, 'supervisor.js'), place.root, state];
  await runtime.background({ command: runtime.paths.node, args, cwd: runtime.paths.program, logFile });
  let system: LocalSystem | undefined;
  await until(async () => {
    runtime.signal.throwIfAborted();
    system = await find(runtime, place);
    return system !== undefined;
  }, START_PATIENCE_MS);
  if (system) return system;
  const log = ((await runtime.fs.readText(logFile)) ?? '').trimEnd().split('\n').slice(-3).join('\n');
  throw new SvcError('local/unavailable', `The background process of this workspace did not start\n${log}`, {
    hint: `Its whole log: ${logFile}`,
  });
}

async function addressIn({ fs }: Runtime, state: string): Promise<Address | undefined> {
  const text = await fs.readText(join(state, 'address.json'));
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Address);
  } catch {
    return undefined;
  }
}

interface Access {
  readonly address: Address;
  readonly place: Place;
}

function clientOf(runtime: Runtime, { address, place }: Access): LocalSystem {
  const { url, token } = address;
  const ask = async (path: string, options: { readonly body?: object; readonly timeoutMs?: number } = {}) => {
    const { body, timeoutMs } = options;
    const response = await runtime.http({
      url: url + path,
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    if (response.status === 200) return response;
    throw thrown(await response.text());
  };
  return {
    url,
    token,
    status: async () => parsed<SystemStatus>(await ask('/system', { timeoutMs: ANSWER_MS })),
    plan: async (services) => parsed<Plan>(await ask(`/plan?${named(services)}`)),
    apply: (services) => events(ask('/deploy', { body: { services, env: ownEnvironment(runtime) } satisfies DeployRequest })),
    up: (services, inspect) =>
      events(ask('/up', { body: { services, inspect, client: runtime.pid, env: ownEnvironment(runtime) } satisfies UpRequest })),
    logs: (wanted) => items<LogLine>(ask(`/logs?${logsQuery(wanted)}`)),
    async deadLetters(services) {
      const body: LettersRequest = { services, env: ownEnvironment(runtime) };
      return parsed<readonly DeadLetter[]>(await ask('/letters', { body }));
    },
    async replay(services, id) {
      const body: ReplayRequest = { services, env: ownEnvironment(runtime), ...(id !== undefined && { id }) };
      return parsed<readonly Replayed[]>(await ask('/letters/replay', { body }));
    },
    sagas: async (wanted) => parsed<readonly OpenSaga[]>(await ask('/sagas', { body: { ...wanted, env: ownEnvironment(runtime) } })),
    mendSaga: async (wanted) => parsed<readonly string[]>(await ask('/sagas/mend', { body: { ...wanted, env: ownEnvironment(runtime) } })),
    async down(request) {
      const { services } = request;
      const { ended } = await parsed<{ readonly ended: readonly string[] }>(await ask('/down', { body: request }));
      const lock = join(stateFolder(runtime, place), 'lock.json');
      if (services.length === 0) await until(async () => (await runtime.fs.info(lock)) === undefined, STOP_PATIENCE_MS);
      return ended;
    },
  };
}

async function parsed<T>(response: HttpResponse): Promise<T> {
  return JSON.parse(await response.text()) as T;
}

/** An `error` among the events is thrown. */
async function* events(response: Promise<HttpResponse>): AsyncGenerator<SystemEvent> {
  for await (const event of items<SystemEvent>(response)) {
    if (event.type === 'error') throw thrown(JSON.stringify({ error: event.error }));
    yield event;
  }
}

async function* items<T>(response: Promise<HttpResponse>): AsyncGenerator<T> {
  for await (const line of (await response).lines()) {
    if (line !== '') yield JSON.parse(line) as T;
  }
}

function named(services: readonly string[]): string {
  return services.map((service) => `service=${encodeURIComponent(service)}`).join('&');
}

function logsQuery({ services, lines, follow }: LogsWanted): string {
  return [named(services), `lines=${lines}`, ...(follow ? ['follow=1'] : [])].filter(Boolean).join('&');
}

function ownEnvironment({ env }: Runtime): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

async function until(happened: () => Promise<boolean>, patienceMs: number): Promise<void> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline && !(await happened()); ) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
