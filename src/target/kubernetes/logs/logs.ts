import { SvcError } from '../../../errors.ts';
import type { Api } from '../api/api.ts';
import { pause } from '../deploy/pause.ts';
import { readRecord } from '../deploy/record.ts';
import { serviceSelector } from '../render/metadata.ts';
import type { Pod } from '../verdict/observed.ts';
import { type Container, containersOf } from './containers.ts';
import { follow } from './follow.ts';
import { readingsNow } from './following.ts';
import { type ClusterLine, Logbook } from './logbook.ts';
import { mergeByTime } from './merge.ts';

export interface ClusterLogsWanted {
  readonly services: readonly string[];
  /** How many of the last lines of each container come first; undefined for all. */
  readonly lines: number | undefined;
  /** Only what was written in the last so many milliseconds. */
  readonly sinceMs: number | undefined;
  /** Of the containers before their last restart. */
  readonly previous: boolean;
  readonly follow: boolean;
}

export interface LogsWorld {
  readonly api: Api;
  /** What the environment is called: for errors. */
  readonly environment: string;
  readonly signal: AbortSignal;
  /** Told what a reader should know and no container wrote. */
  note(text: string): void;
}

/**
 * What the pods of services write, by time: what is there, then what follows where that is wanted, until the signal aborts. Lines
 * survive restarts, roll-outs and broken connections: none is lost that the cluster still has, none comes twice.
 * @throws SvcError cluster/…, also where there is nothing to read from
 */
export async function* clusterLogs(wanted: ClusterLogsWanted, world: LogsWorld): AsyncGenerator<ClusterLine> {
  const { api, signal } = world;
  const look = () => lookAt(wanted.services, api);
  const containers = await look();
  await refuseNothing(containers, wanted, world);
  const readings = readingsNow(containers, wanted.previous);
  if (wanted.previous && readings.length === 0) throw nothingEarlier(wanted.services);
  const book = new Logbook(api, beginning(wanted, api.now()));
  if (wanted.lines !== 0) yield* mergeByTime(readings.map((reading) => book.read(reading, { signal, ...tailOf(wanted) })));
  if (wanted.follow) yield* follow(containers, { look, book, signal, note: world.note, pause: (ms) => pause(ms, signal) });
}

async function lookAt(services: readonly string[], api: Api): Promise<readonly Container[]> {
  const pods = services.map(async (service) => {
    return containersOf(service, await api.list<Pod>({ apiVersion: 'v1', kind: 'Pod' }, serviceSelector(service)));
  });
  return (await Promise.all(pods)).flat();
}

function tailOf({ lines }: ClusterLogsWanted): { readonly lines?: number } {
  return lines === undefined ? {} : { lines };
}

/** From when on lines are of interest in the containers that are there at first. */
function beginning({ sinceMs, lines }: ClusterLogsWanted, now: Date): Date | undefined {
  const ago = lines === 0 ? 0 : sinceMs;
  return ago === undefined ? undefined : new Date(now.getTime() - ago);
}

/** One service without a pod is told of beside the others; where there is none at all, that is the answer. */
async function refuseNothing(containers: readonly Container[], { services, follow }: ClusterLogsWanted, world: LogsWorld): Promise<void> {
  const silent = services.filter((service) => containers.every((container) => container.service !== service));
  const deployed = await Promise.all(silent.map(async (service) => (await isDeployed(service, world.api)) ?? true));
  const unknown = silent.filter((_, index) => !deployed[index]);
  const waiting = silent.filter((_, index) => deployed[index]);
  const where = `${world.environment} (${world.api.namespace})`;
  const [first = ''] = silent;
  if (unknown.length === services.length) {
    throw new SvcError('cluster/refused', `Never deployed to ${where}: ${unknown.join(', ')}`, {
      hint: `Deploy: svc deploy ${unknown.join(' ')} --env ${world.environment}`,
    });
  }
  if (silent.length === services.length && !follow) {
    throw new SvcError('cluster/refused', `No container in ${where} to read from: ${silent.join(', ')}`, {
      hint: `See why: svc status ${waiting[0] ?? first} --env ${world.environment}`,
    });
  }
  if (unknown.length > 0) world.note(`Never deployed to ${where}: ${unknown.join(', ')}`);
  if (waiting.length > 0) world.note(`No container yet in ${where}: ${waiting.join(', ')}`);
}

/** Whoever reads logs need not be allowed to read records: undefined then. */
async function isDeployed(service: string, api: Api): Promise<boolean | undefined> {
  try {
    return (await readRecord(service, api)) !== undefined;
  } catch (error) {
    if (error instanceof SvcError && error.code === 'cluster/forbidden') return undefined;
    throw error;
  }
}

function nothingEarlier(services: readonly string[]): SvcError {
  return new SvcError('cluster/refused', `No container was restarted: ${services.join(', ')}`, {
    hint: 'Read what runs now, without --previous',
  });
}
