import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { Variables } from './environment.ts';
import { lineSplitter } from './log-lines.ts';

/** A build that did not succeed: the reason in a line, and the end of what it said. */
export class BuildFailure extends Error {
  override readonly name = 'BuildFailure';
  readonly lines: readonly string[];

  constructor(reason: string, lines: readonly string[]) {
    super(reason);
    this.lines = lines;
  }
}

export interface BuildOrder {
  readonly folder: string;
  readonly command: readonly string[];
  readonly env: Variables;
  readonly cancelled: AbortSignal;
  /** Returns the line as it may be shown. */
  readonly log: (line: string) => string;
}

const KEPT_LINES = 20;

/**
 * Runs a service's build in its folder.
 * @throws BuildFailure
 */
export async function build(order: BuildOrder): Promise<void> {
  await checkInstalled(order.folder);
  const { command, shell } = await withoutNpm(order);
  const said: string[] = [];
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: order.folder,
    env: { ...order.env, PATH: [...binFolders(order.folder), order.env['PATH'] ?? ''].join(delimiter) },
    shell,
    signal: order.cancelled,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    const splitter = lineSplitter((line) => {
      said.push(order.log(line));
    });
    stream.setEncoding('utf8').on('data', splitter.write).on('end', splitter.end);
  }
  const how = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => resolve(`cannot be run: ${error.code ?? error.message}`));
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : (signal ?? `exit code ${code}`)));
  });
  if (how !== undefined)
    throw new BuildFailure(`the build failed (${order.command.join(' ')}: ${how})`, said.filter(Boolean).slice(-KEPT_LINES));
}

/**
 * `npm run <script>` costs a quarter of a second before the script begins, which is half of the time from an edit to its answer.
 * A script without `pre` and `post` steps is run as npm would, by a shell with the packages' programs on the PATH.
 */
async function withoutNpm({ folder, command }: BuildOrder): Promise<{ readonly command: readonly string[]; readonly shell: boolean }> {
  const [npm, run, script, ...rest] = command;
  if (npm !== 'npm' || run !== 'run' || script === undefined || rest.length > 0) return { command, shell: false };
  const scripts = await scriptsOf(folder);
  const line = scripts[script];
  if (line === undefined || scripts[`pre${script}`] !== undefined || scripts[`post${script}`] !== undefined)
    return { command, shell: false };
  return { command: [line], shell: true };
}

async function scriptsOf(folder: string): Promise<Readonly<Record<string, string>>> {
  try {
    return (JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { scripts?: Record<string, string> }).scripts ?? {};
  } catch {
    return {};
  }
}

/** Packages that are declared but nowhere to be found make builds fail in a hundred ways: say the one reason instead. */
async function checkInstalled(folder: string): Promise<void> {
  const declared = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
  if (!/"(dependencies|devDependencies)"\s*:\s*\{\s*"/.test(declared)) return;
  for (const bin of binFolders(folder)) {
    if (await stat(dirname(bin)).catch(() => undefined)) return;
  }
  throw new BuildFailure('its packages are not installed', [`Run: npm install (in ${folder})`]);
}

/** `node_modules/.bin` of a folder and all above it, nearest first. */
function binFolders(folder: string): readonly string[] {
  const above = dirname(folder);
  return [join(folder, 'node_modules', '.bin'), ...(above === folder ? [] : binFolders(above))];
}
