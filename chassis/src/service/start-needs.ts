import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigOf, Fields } from '../config/fields.ts';
import { NotReachable } from '../failure.ts';
import type { Health, Probe } from '../http/health.ts';
import type { Need, NeedContext, Needs, Started, Tools } from './need.ts';
import type { Worker } from './worker.ts';

export interface NeedsParts extends Tools {
  readonly health: Health;
  readonly signal: AbortSignal;
  /** The values of each need's fields, by its name. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** The needs of a service, started. */
export interface RunningNeeds {
  readonly values: Readonly<Record<string, unknown>>;
  readonly probes: Readonly<Record<string, Probe>>;
  readonly workers: readonly Worker[];
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Starts all needs at once. One that cannot be reached is tried again, ever more slowly, until it answers.
 * @throws what one of them threw; those that had started are stopped then
 */
export async function startNeeds(needs: Needs, parts: NeedsParts): Promise<RunningNeeds> {
  const giveUp = new AbortController();
  const signal = AbortSignal.any([parts.signal, giveUp.signal]);
  const names = Object.keys(needs);
  const starting = new Map<unknown, Promise<Started<unknown>>>();
  const use: NeedContext<unknown>['use'] = async (need) => (await startOf(starting, need, signal)).value as never;
  const starts = Object.entries(needs).map(([name, need]) => {
    // In a moment: a need that uses another one finds it, whichever is named first.
    const start = Promise.resolve().then(() => startPatiently(need, { ...parts, name, signal, use }));
    starting.set(need, start);
    start.catch(() => giveUp.abort());
    return start;
  });
  const results = await Promise.allSettled(starts);
  const started = new Map(results.flatMap((result, index) => (result.status === 'fulfilled' ? [[names[index] ?? '', result.value]] : [])));
  const failure = rootCause(results);
  if (failure) {
    await stopAll(started, parts);
    throw failure.reason;
  }
  return running(started, parts);
}

/** One who waits for a need that cannot start gives up with the service. */
async function startOf(
  starting: ReadonlyMap<unknown, Promise<Started<unknown>>>,
  need: unknown,
  signal: AbortSignal,
): Promise<Started<unknown>> {
  const start = starting.get(need);
  if (!start) throw new Error('A need uses another one that is not among the needs of the service: name it there too');
  try {
    return await start;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

/** The failure that made the others give up, not one of those. */
function rootCause(results: readonly PromiseSettledResult<unknown>[]): PromiseRejectedResult | undefined {
  const failures = results.filter((result) => result.status === 'rejected');
  return failures.find(({ reason }) => (reason as Error)?.name !== 'AbortError') ?? failures[0];
}

async function startPatiently(
  need: Need<unknown>,
  parts: NeedsParts & Pick<NeedContext<unknown>, 'name' | 'use'>,
): Promise<Started<unknown>> {
  const { name, log, health, signal } = parts;
  const context = { ...parts, config: parts.config[name] } as NeedContext<ConfigOf<Fields>>;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      const started = await need.start(context);
      health.starting(name, undefined);
      return started;
    } catch (error) {
      if (!(error instanceof NotReachable)) throw error;
      health.starting(name, error);
      log.warn({ error }, `${name} cannot be reached yet`);
    }
    await sleep(pause, undefined, { signal });
  }
}

function running(started: ReadonlyMap<string, Started<unknown>>, tools: Tools): RunningNeeds {
  const entries = [...started];
  return {
    values: Object.fromEntries(entries.map(([name, { value }]) => [name, value])),
    probes: Object.fromEntries(entries.flatMap(([name, { ready }]) => (ready ? [[name, ready] as const] : []))),
    workers: entries.flatMap(([, { workers = [] }]) => workers),
    stop: () => stopAll(started, tools),
  };
}

/** One that fails to stop does not keep the others from it. */
async function stopAll(started: ReadonlyMap<string, Started<unknown>>, { log }: Tools): Promise<void> {
  await Promise.all([...started].map(([name, { stop }]) => stop?.().catch((error) => log.warn({ error }, `${name} did not stop cleanly`))));
}
