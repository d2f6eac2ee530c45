import { join } from 'node:path';
import type { Flags, StreamSpec } from '../../cli/command.ts';
import { EXIT, SvcError } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { connect } from '../../target/kubernetes/deploy/deploy.ts';
import { readClusterEnvironment } from '../../target/kubernetes/deploy/environment.ts';
import type { ClusterLine } from '../../target/kubernetes/logs/logbook.ts';
import { type ClusterLogsWanted, clusterLogs } from '../../target/kubernetes/logs/logs.ts';
import { find } from '../../target/local/client.ts';
import { stateFolder } from '../../target/local/place.ts';
import type { LogLine } from '../../target/local/protocol.ts';
import type { LogsWanted } from '../../target/target.ts';
import { pickServices, readWorkspace } from '../../workspace/read.ts';
import type { Workspace } from '../../workspace/workspace.ts';
import { type Item, screen } from './logs.view.ts';

/** Logs that are no service's. */
const OWN_LOGS = ['database', 'supervisor'];

interface ClusterWanted extends ClusterLogsWanted {
  /** An environment on a cluster. */
  readonly environment: string;
}

type Input = LogsWanted | ClusterWanted;

const LINES = 50;
const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export const logs: StreamSpec<Input, Item> = {
  name: 'logs',
  summary: 'Show what services say',
  examples: [
    ['svc logs', 'the last lines of every service'],
    ['svc logs orders -f', 'of one, and what follows'],
    ['svc logs --lines 500 --json', 'a JSON object a line'],
    ['svc logs database', 'of the database'],
    ['svc logs orders -f --env staging', 'of all its pods in a cluster, also of those that come'],
    ['svc logs --env staging --since 10m', 'what every service said there in ten minutes, by time'],
    ['svc logs orders --env staging --previous', 'what it said before it crashed'],
  ],
  completes: 'service',
  declare: (command) =>
    command
      .argument('[service...]', 'services (default: all)')
      .option('-f, --follow', 'go on with what is said from now on')
      .option(
        '--lines <n>',
        'how many of the last lines of each service; in a cluster of each container (default: 50, with --since or --previous all)',
      )
      .option('--env <environment>', 'of an environment of svc.yaml, on a cluster')
      .option('--since <time>', 'in a cluster: only of the last 30s, 10m, 2h, 1d')
      .option('--previous', 'in a cluster: of the containers before their last restart'),
  parse: readInput,
  async *stream(input, runtime) {
    const workspace = await readWorkspace(runtime.fs, runtime.cwd);
    try {
      yield* 'environment' in input ? fromCluster(input, workspace, runtime) : fromHere(input, workspace, runtime);
    } catch (error) {
      if (!runtime.signal.aborted) throw error;
    }
    return runtime.signal.aborted ? EXIT.interrupted : EXIT.ok;
  },
  screen,
  toJson: (item) => ('pod' in item ? clusterJson(item) : item),
};

/**
 * Which logs are wanted: of services on this machine, or of an environment on a cluster.
 * @throws SvcError input/invalid
 */
function readInput(services: readonly string[], flags: Flags): Input {
  const follow = flags['follow'] === true;
  const previous = flags['previous'] === true;
  const sinceMs = flags['since'] === undefined ? undefined : durationMs(String(flags['since']));
  const lines = flags['lines'] === undefined ? undefined : lineCount(String(flags['lines']));
  const environment = flags['env'] === undefined ? 'local' : String(flags['env']);
  if (environment === 'local') {
    if (previous || sinceMs !== undefined) throw onlyInClusters(previous ? '--previous' : '--since');
    return { services, lines: lines ?? LINES, follow };
  }
  if (previous && follow) {
    throw new SvcError('input/invalid', 'What a container said before its restart is over: --previous does not go with --follow', {
      hint: 'Leave one of them out',
    });
  }
  const isBounded = previous || sinceMs !== undefined;
  return { environment, services, lines: lines ?? (isBounded ? undefined : LINES), sinceMs, previous, follow };
}

function lineCount(text: string): number {
  const lines = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isInteger(lines) && lines >= 0 && lines <= 100_000) return lines;
  throw new SvcError('input/invalid', `--lines must be a whole number from 0 to 100000, not ${text}`, { hint: 'svc logs --lines 200' });
}

function durationMs(text: string): number {
  const { count, unit = '' } = /^(?<count>\d{1,6})(?<unit>[smhd])$/.exec(text)?.groups ?? {};
  const unitMs = UNITS_MS[unit];
  if (unitMs !== undefined && Number(count) > 0) return Number(count) * unitMs;
  throw new SvcError('input/invalid', `--since must be a time such as 30s, 10m, 2h or 1d, not ${text}`, {
    hint: 'svc logs --env staging --since 10m',
  });
}

function onlyInClusters(flag: string): SvcError {
  return new SvcError('input/invalid', `${flag} is for logs of a cluster`, {
    hint: `svc logs --env staging ${flag}${flag === '--since' ? ' 10m' : ''}`,
  });
}

function clusterJson({ service, pod, container, time, line }: ClusterLine): object {
  return { service, pod, container, time, line };
}

async function* fromHere(wanted: LogsWanted, workspace: Workspace, runtime: Runtime): AsyncGenerator<LogLine> {
  const services = wanted.services.filter((name) => !OWN_LOGS.includes(name));
  if (services.length > 0) pickServices(workspace, services);
  const system = await find(runtime, workspace);
  yield* system ? system.logs(wanted) : kept(runtime, workspace, wanted);
}

async function* fromCluster({ environment: name, ...wanted }: ClusterWanted, workspace: Workspace, runtime: Runtime) {
  const services = pickServices(workspace, wanted.services).map((service) => service.name);
  const environment = await readClusterEnvironment(name, workspace.root, runtime.fs);
  const { api } = await connect(environment, runtime);
  const note = (text: string) => runtime.emit({ id: text, state: 'failed', text });
  yield* clusterLogs({ ...wanted, services }, { api, environment: name, signal: runtime.signal, note });
}

/** What is on disk of services that do not run now. */
async function* kept({ fs, paths }: Runtime, workspace: Workspace, { services, lines }: LogsWanted): AsyncGenerator<LogLine> {
  const folder = join(stateFolder({ paths }, workspace), 'logs');
  for (const service of services.length > 0 ? services : workspace.services.map(({ name }) => name)) {
    const text = (await fs.readText(join(folder, `${service}.log`))) ?? '';
    const all = text.split('\n').slice(0, -1);
    for (const line of all.slice(Math.max(0, all.length - lines))) yield { service, line };
  }
}
