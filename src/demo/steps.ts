import { dirname, join } from 'node:path';
import { EXIT, type ExitCode, SvcError } from '../errors.ts';
import type { ExecResult, Invocation, Runtime } from '../runtime/runtime.ts';

/** What the demo shows, one after the other. */
export type Item =
  | { readonly is: 'step'; readonly number: number; readonly title: string }
  | { readonly is: 'command'; readonly line: string }
  | { readonly is: 'output'; readonly line: string }
  | { readonly is: 'note'; readonly text: string }
  | { readonly is: 'took'; readonly ms: number }
  | { readonly is: 'end'; readonly folder: string; readonly ms: number; readonly stays: boolean };

export interface Stage {
  readonly runtime: Runtime;
  /** The folder of the demo's workspace. */
  readonly workspace: string;
}

export interface Step {
  readonly title: string;
  play(stage: Stage): AsyncGenerator<Item>;
}

/** The request id of the demo's order: the reader finds it in the answer, in every log line and in the trace. */
const REQUEST_ID = 'demo-order-1';

const BROKEN_MIGRATION = 'migrations/0002_coupons.sql';

export const STEPS: readonly Step[] = [
  {
    title: 'Make a workspace',
    play: ({ runtime, workspace }) => svc(['new', 'workspace', 'shop', '--yes'], { runtime, cwd: dirname(workspace) }),
  },
  {
    title: 'Make two services: products, and orders which calls it; each with a PostgreSQL database of its own',
    async *play({ runtime, workspace }) {
      yield* svc(['new', 'http-service', 'products', '--set', 'database=postgres', '--yes'], { runtime, cwd: workspace });
      yield* svc(['new', 'http-service', 'orders', '--set', 'database=postgres', '--set', 'calls=products', '--yes'], {
        runtime,
        cwd: workspace,
      });
    },
  },
  {
    title: 'Deploy them to this machine',
    play: ({ runtime, workspace }) => svc(['deploy', '--env', 'local'], { runtime, cwd: workspace }),
  },
  { title: 'See what runs', play: ({ runtime, workspace }) => svc(['list'], { runtime, cwd: workspace }) },
  { title: 'Place an order', play: placeOrder },
  {
    title: 'See where that request went',
    play: ({ runtime, workspace }) => svc(['trace', '--request-id', REQUEST_ID], { runtime, cwd: workspace }),
  },
  { title: 'Break orders, and deploy it all the same', play: deployBroken },
];

async function* placeOrder(stage: Stage): AsyncGenerator<Item> {
  const products = yield* post(stage, { service: 'products', body: { name: 'Teapot' } });
  yield* post(stage, { service: 'orders', body: { name: 'Two teapots', productsId: products.id }, requestId: REQUEST_ID });
}

/** A migration with a mistake in it: the new version cannot start, so the old one has to go on. */
async function* deployBroken({ runtime, workspace }: Stage): AsyncGenerator<Item> {
  const folder = join(workspace, 'services', 'orders');
  yield { is: 'command', line: `echo 'ALTER TABLE coupons ADD COLUMN code text;' > services/orders/${BROKEN_MIGRATION}` };
  await runtime.fs.createFile(join(folder, BROKEN_MIGRATION), 'ALTER TABLE coupons ADD COLUMN code text;\n');
  yield* svc(['deploy', 'orders', '--env', 'local'], { runtime, cwd: workspace, expected: EXIT.failed });
  yield { is: 'note', text: 'The deploy failed and said why. The old version still serves:' };
  yield* get({ runtime, workspace }, 'orders');
}

interface Call {
  readonly runtime: Runtime;
  readonly cwd: string;
  readonly expected?: ExitCode;
}

/** Runs one `svc` command as a user would type it, its output line by line. */
async function* svc(args: readonly string[], { runtime, cwd, expected = EXIT.ok }: Call): AsyncGenerator<Item> {
  const line = `svc ${args.join(' ')}`;
  yield { is: 'command', line };
  const { exitCode } = yield* shown({ ...invocation(runtime, args), cwd }, runtime);
  if (exitCode === expected || runtime.signal.aborted) return;
  throw new SvcError('tool/failed', `\`${line}\` ended with exit code ${exitCode}; the demo expected ${expected}`, {
    hint: `Try it by hand: cd ${cwd} && ${line}`,
  });
}

/** How this very program is started again. */
export function invocation({ paths, env, terminal }: Runtime, args: readonly string[]): Invocation {
  const asHere = terminal.interactive ? { COLUMNS: String(terminal.columns), ...(!env['NO_COLOR'] && { FORCE_COLOR: '1' }) } : {};
  return {
    command: paths.node,
    args: [join(dirname(paths.program), 'bin', 'svc.js'), ...args],
    env: asHere,
  };
}

async function* shown(call: Invocation, runtime: Runtime): AsyncGenerator<Item, ExecResult> {
  const lines: string[] = [];
  let wake = () => {};
  let result: ExecResult | undefined;
  const said = (line: string) => {
    lines.push(line);
    wake();
  };
  const ending = runtime
    .exec({ ...call, onLine: said })
    .then((ended) => {
      result = ended;
    })
    .finally(() => wake());
  while (result === undefined) {
    await Promise.race([ending, new Promise<void>((resolve) => (wake = resolve))]);
    for (const line of lines.splice(0)) yield { is: 'output', line };
  }
  return result;
}

interface Post {
  readonly service: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly requestId?: string;
}

async function* post(stage: Stage, { service, body, requestId }: Post): AsyncGenerator<Item, { readonly id: string }> {
  const url = `${await urlOf(service, stage)}/${service}`;
  const id = requestId === undefined ? '' : ` -H 'X-Request-ID: ${requestId}'`;
  yield { is: 'command', line: `curl ${url} -H 'Content-Type: application/json'${id} -d '${JSON.stringify(body)}'` };
  const headers = { 'content-type': 'application/json', ...(requestId !== undefined && { 'x-request-id': requestId }) };
  return yield* answered(stage, { url, method: 'POST', headers, body: JSON.stringify(body) });
}

async function* get(stage: Stage, service: string): AsyncGenerator<Item> {
  const url = `${await urlOf(service, stage)}/${service}`;
  yield { is: 'command', line: `curl ${url}` };
  yield* answered(stage, { url });
}

async function* answered({ runtime }: Stage, request: Parameters<Runtime['http']>[0]): AsyncGenerator<Item, { readonly id: string }> {
  const response = await runtime.http({ ...request, timeoutMs: 10_000 });
  const text = await response.text();
  yield { is: 'output', line: `${response.status} ${text}` };
  if (response.status < 300) return JSON.parse(text) as { readonly id: string };
  throw new SvcError('tool/failed', `${request.url} answered ${response.status}`, { hint: 'Look at the logs: svc logs' });
}

async function urlOf(service: string, { runtime, workspace }: Stage): Promise<string> {
  const { stdout } = await runtime.exec({ ...invocation(runtime, ['list', '--json']), cwd: workspace });
  const { data } = JSON.parse(stdout) as { readonly data: { readonly services: readonly Listed[] } };
  const url = data.services.find(({ name }) => name === service)?.environments['local']?.url;
  if (url) return url;
  throw new SvcError('local/failed', `${service} does not run`, { hint: 'See: svc list' });
}

/** The part of `svc list --json` that the demo reads. */
interface Listed {
  readonly name: string;
  readonly environments: Readonly<Record<string, { readonly url?: string }>>;
}
