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

interface Call {
  readonly runtime: Runtime;
  readonly cwd: string;
  readonly expected?: ExitCode;
}

/** Runs one `svc` command as a user would type it, its output line by line. */
export async function* svc(args: readonly string[], { runtime, cwd, expected = EXIT.ok }: Call): AsyncGenerator<Item> {
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

/** Runs another program as a user would type it. */
export async function* program(line: string, { runtime, workspace }: Stage): AsyncGenerator<Item> {
  yield { is: 'command', line };
  const [command = '', ...args] = line.split(' ');
  const { exitCode } = yield* shown({ command, args, cwd: workspace }, runtime);
  if (exitCode === 0 || runtime.signal.aborted) return;
  throw new SvcError('tool/failed', `\`${line}\` ended with exit code ${exitCode}`, { hint: `Try it by hand: cd ${workspace} && ${line}` });
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
