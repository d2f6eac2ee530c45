import type { CommandSpec, Flags } from '../../cli/command.ts';
import { SvcError } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { connect } from '../../target/local/client.ts';
import { analyse } from '../../trace/analysis.ts';
import { parseAge } from '../../trace/duration.ts';
import { searchToJson, traceToJson } from '../../trace/json.ts';
import { type Found, lookUp } from '../../trace/lookup.ts';
import { builtInReader } from '../../trace/readers/built-in.ts';
import type { TraceQuery, TraceReader } from '../../trace/readers/reader.ts';
import { buildTree } from '../../trace/tree.ts';
import { readWorkspace } from '../../workspace/read.ts';
import { type Result, view } from './trace.view.ts';

export interface Input {
  readonly query: Omit<TraceQuery, 'since'>;
  readonly sinceMs: number | undefined;
  readonly all: boolean;
}

const LISTED = 20;
const SLOWEST_LISTED = 10;
const MOST_LISTED = 1_000;
const IDS_IN_HINT = 3;

/** `svc trace`, with the traces wherever `open` finds them. */
export function traceCommand(open: (runtime: Runtime) => Promise<TraceReader>): CommandSpec<Input, Result> {
  return {
    name: 'trace',
    summary: 'Show what happened in a request: every service, how long, what failed',
    examples: [
      ['svc trace', 'the latest traces'],
      ['svc trace --last', 'the newest one, in full'],
      ['svc trace 4bf92f35', 'one trace; the first 8 digits of its id will do'],
      ['svc trace demo-order-1', 'the trace of a request by its X-Request-ID'],
      ['svc trace --request-id 7c9e6679', 'the same, where it looks like the id of a trace'],
      ['svc trace --slowest 5 --since 1h', 'the slowest of the last hour'],
      ['svc trace --errors', 'the latest that failed'],
    ],
    declare: (command) =>
      command
        .argument('[id]', 'id of a trace, or its first 8 digits or more; or the X-Request-ID of a request')
        .option('--request-id <id>', 'the trace of the request with this X-Request-ID')
        .option('--last [n]', 'the newest trace, or the n newest')
        .option('--slowest [n]', `the slowest traces (${SLOWEST_LISTED})`)
        .option('--errors', 'only traces with an error')
        .option('--since <age>', 'only traces of the last 30m, 1h, 7d, …')
        .option('--all', 'show every span, also those that repeat'),
    parse,
    async run(input, runtime) {
      const reader = await open(runtime);
      const query = { ...input.query, ...(input.sinceMs !== undefined && { since: new Date(runtime.now().getTime() - input.sinceMs) }) };
      const found = await lookUp(reader, query, {
        now: () => runtime.now().getTime(),
        pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      });
      return found ? resultOf(found, input) : await nothing(reader, query);
    },
    view,
    toJson: (result) =>
      result.is === 'trace'
        ? { kind: 'trace', ...traceToJson(result.analysis, result.problems) }
        : { kind: 'list', ...searchToJson(result.search) },
  };
}

/** Traces of the local system; it is started where it is down. */
export const trace = traceCommand(async (runtime) => {
  const workspace = await readWorkspace(runtime.fs, runtime.cwd);
  return builtInReader(runtime, await connect(runtime, workspace));
});

function parse([traceId]: readonly string[], flags: Flags): Input {
  const ways = { 'a trace id': traceId, '--request-id': flags['requestId'], '--last': flags['last'], '--slowest': flags['slowest'] };
  const [first, second] = Object.entries(ways).flatMap(([way, value]) => (value === undefined ? [] : [way]));
  if (second !== undefined) throw invalid(`${first} and ${second} do not go together`, 'Give one of them');
  return {
    query: {
      by: flags['slowest'] === undefined ? 'latest' : 'slowest',
      limit:
        flags['last'] !== undefined ? countOf(flags['last'], 1) : countOf(flags['slowest'], flags['slowest'] ? SLOWEST_LISTED : LISTED),
      errorsOnly: flags['errors'] === true,
      ...(traceId !== undefined && named(traceId)),
      ...(typeof flags['requestId'] === 'string' && { requestId: flags['requestId'] }),
    },
    sinceMs: ageOf(flags['since']),
    all: flags['all'] === true,
  };
}

/** What looks like the beginning of a trace id is taken for one, anything else for a request id. */
function named(id: string): Pick<TraceQuery, 'idPrefix' | 'requestId'> {
  return /^[0-9a-fA-F]{8,32}$/.test(id) ? { idPrefix: id.toLowerCase() } : { requestId: id };
}

/** An option whose number may be left out is `true` without one. */
function countOf(value: unknown, otherwise: number): number {
  if (value === undefined || value === true) return otherwise;
  const count = Number(value);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_LISTED) return count;
  throw invalid(`${value} is no number of traces`, `Give a number from 1 to ${MOST_LISTED}`);
}

function ageOf(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const age = parseAge(String(value));
  if (age !== undefined) return age;
  throw invalid(`${value} is no length of time`, 'Give a number with s, m, h or d: --since 30m');
}

function invalid(message: string, hint: string): SvcError {
  return new SvcError('input/invalid', message, { hint });
}

function resultOf(found: Found, { query: { by }, all }: Input): Result {
  if (found.is === 'list') return { is: 'list', search: found, by };
  const { spans, rejected, problems } = found;
  const unread = rejected > 0 ? [`${rejected} spans could not be read`] : [];
  return { is: 'trace', analysis: analyse(buildTree(spans)), problems: [...unread, ...problems], all };
}

/** What was asked for by name must be there; a search may be empty. */
async function nothing(reader: TraceReader, query: TraceQuery): Promise<Result> {
  const { idPrefix, requestId } = query;
  const latest = await reader.search({ by: 'latest', limit: IDS_IN_HINT });
  if (idPrefix === undefined && requestId === undefined) return { is: 'list', search: { ...latest, traces: [] }, by: query.by };
  const ids = latest.traces.map(({ traceId }) => traceId.slice(0, 8)).join(', ');
  throw new SvcError('trace/not-found', `There is no trace ${idPrefix ?? `of a request ${requestId}`}`, {
    hint:
      ids === ''
        ? 'No trace has arrived yet: call one of your services, then run svc trace'
        : `The latest are ${ids}; svc trace lists more`,
  });
}
