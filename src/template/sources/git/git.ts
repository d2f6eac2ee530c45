import type { ExecResult, Runtime } from '../../../runtime/runtime.ts';
import { TERMINATED } from '../unavailable.ts';

/** Runs git in a folder of the cache, away from whatever repository the user is in. */
export type Git = (args: readonly string[], more?: GitCall) => Promise<ExecResult>;

export interface GitCall {
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Reading from disk; a tree that has not been listed by then is made to be endless. */
const LOCAL_TIMEOUT_MS = 30_000;

/**
 * Nothing that is fetched is ever checked out, and these keep git from running anything for it: no hooks, no other transport than the
 * ones that a name can have, objects checked as they come. The user's own settings stay: credentials, proxies and certificates are there.
 */
const SETTINGS = ['core.hooksPath=/dev/null', 'fetch.fsckObjects=true', 'core.symlinks=false', 'gc.auto=0', 'fetch.unpackLimit=1'];

/** A repository that svc was started in, or is called from by a hook, must not reach into this. */
const NOT_THE_USERS = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_COMMON_DIR', 'GIT_NAMESPACE', 'GIT_OBJECT_DIRECTORY'];

/**
 * @param folder absolute; git looks for no repository above it
 * @param url whose transport is allowed besides https and ssh, that settings of the user may rewrite it to
 */
export function gitIn(folder: string, url: string, runtime: Runtime): Git {
  const env = {
    ...Object.fromEntries([...NOT_THE_USERS, 'GIT_ALTERNATE_OBJECT_DIRECTORIES'].map((name) => [name, undefined])),
    GIT_CEILING_DIRECTORIES: folder,
    GIT_ALLOW_PROTOCOL: `https:ssh:file${url.startsWith('http:') ? ':http' : ''}`,
    GIT_NO_LAZY_FETCH: '1',
    LC_ALL: 'C',
    ...(!runtime.terminal.interactive && { GIT_TERMINAL_PROMPT: '0' }),
  };
  const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
  return (args, { timeoutMs = LOCAL_TIMEOUT_MS, ...more } = {}) =>
    runtime.exec({ command: 'git', args: [...settings, ...args], cwd: folder, env, timeoutMs, ...more });
}

/** Why git gave up, in its own words: one line, as it is printed to terminals. */
export function gitReason({ stderr, exitCode }: ExecResult): string {
  if (exitCode === TERMINATED) return 'it took too long';
  const lines = stderr.split('\n').filter((line) => /^(fatal|error|ssh|remote):/.test(line));
  const line = lines[0] ?? stderr.trim().split('\n').at(-1) ?? '';
  return (
    line
      .replace(/^(fatal|error): /, '')
      .replace(/\p{C}/gu, ' ')
      .trim() || `git ended with exit code ${exitCode}`
  );
}
