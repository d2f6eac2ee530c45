import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OwnPaths, ProgressEvent, Runtime } from '../runtime.ts';
import { nodeFiles } from './files.ts';
import { http } from './http.ts';
import { processAt } from './process-identity.ts';
import { background } from './processes.ts';
import { nodePrompter } from './prompts.ts';
import { execMany } from './starters.ts';

/** The real world. `program` is the folder of the running bundle, `dist` in the package. */
export function nodeRuntime(signal: AbortSignal, emit: (event: ProgressEvent) => void): Runtime {
  // Everything that is under way listens to it.
  setMaxListeners(0, signal);
  const interactive = process.stdin.isTTY === true && process.stderr.isTTY === true && !process.env['CI'];
  const paths = ownPaths(process.env);
  return {
    cwd: process.cwd(),
    pid: process.pid,
    env: process.env,
    platform: `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`,
    paths,
    fs: nodeFiles(),
    ask: nodePrompter(interactive, signal),
    terminal: { interactive, columns: process.stdout.columns ?? 80 },
    signal,
    processAt: (id) => processAt(id),
    now: () => new Date(),
    token: (bytes) => randomBytes(bytes).toString('hex'),
    exec: execMany(paths.program, signal),
    background,
    http: (request) => http(request, signal),
    cluster: async (context) => (await import('./cluster.ts')).connectCluster(context, signal),
    emit,
  };
}

/** XDG base directories; Windows has its own place for both. */
export function ownPaths(env: Readonly<Record<string, string | undefined>>): OwnPaths {
  const program = dirname(fileURLToPath(import.meta.url));
  const local = process.platform === 'win32' ? env['LOCALAPPDATA'] : undefined;
  return {
    program,
    node: process.execPath,
    templates: join(dirname(program), 'templates'),
    state: join(env['XDG_STATE_HOME'] || local || join(homedir(), '.local', 'state'), 'svckit'),
    cache: join(env['XDG_CACHE_HOME'] || local || join(homedir(), '.cache'), 'svckit'),
  };
}
