import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigOf, Fields } from '../config/fields.ts';
import { NotReachable } from '../failure.ts';
import type { Health, Probe } from '../http/health.ts';
import type { Need, NeedContext, Needs, Started, Tools } from './need.ts';

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
  const results = await Promise.allSettled(
    Object.entries(needs).map(([name, need]) =>
      startPatiently(need, { ...parts, name, signal }).catch((error) => {
        giveUp.abort();
        throw error;
      }),
    ),
  );
  const started = new Map(results.flatMap((result, index) => (result.status === 'fulfilled' ? [[names[index] ?? '', result.value]] : [])));
  const failure = rootCause(results);
  if (failure) {
    await stopAll(started, parts);
    throw failure.reason;
  }
  return running(started, parts);
}

/** The failure that made the others give up, not one of those. */
function rootCause(results: readonly PromiseSettledResult<unknown>[]): PromiseRejectedResult | undefined {
  const failures = results.filter((result) => result.status === 'rejected');
  return failures.find(({ reason }) => (reason as Error)?.name !== 'AbortError') ?? failures[0];
}

async function startPatiently(need: Need<unknown>, parts: NeedsParts & { readonly name: string }): Promise<Started<unknown>> {
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
    stop: () => stopAll(started, tools),
  };
}

/** One that fails to stop does not keep the others from it. */
async function stopAll(started: ReadonlyMap<string, Started<unknown>>, { log }: Tools): Promise<void> {
  await Promise.all([...started].map(([name, { stop }]) => stop?.().catch((error) => log.warn({ error }, `${name} did not stop cleanly`))));
}
