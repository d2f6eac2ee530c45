import { SvcError } from '../../errors.ts';
import type { ExecResult, Invocation, Runtime } from '../../runtime/runtime.ts';

/** What became of a step after the files were written. A failed one leaves the service as it is. */
export type Outcome =
  | { readonly state: 'done' }
  | { readonly state: 'skipped'; readonly reason: string }
  /** The user has to do it: nothing went wrong. */
  | { readonly state: 'left'; readonly reason: string; readonly next: string }
  | { readonly state: 'failed'; readonly reason: string; readonly output: readonly string[]; readonly next: string };

/** Lines shown of a failed program: the reason is at the end. */
const SHOWN_LINES = 12;
const INSTALL_TIMEOUT_MS = 10 * 60_000;
const GIT_TIMEOUT_MS = 60_000;

/**
 * Runs `npm install` in this folder: first with what npm's cache holds, which saves asking for every package whether there is a newer
 * one; where the cache is too old for that, as npm does it by itself.
 */
export async function installPackages(folder: string, runtime: Runtime): Promise<Outcome> {
  runtime.emit({ id: 'install', state: 'start', text: 'Installing packages' });
  const install = (...more: readonly string[]) => {
    const args = ['install', '--no-fund', '--no-audit', ...more];
    const call = { command: 'npm', args, cwd: folder, timeoutMs: INSTALL_TIMEOUT_MS };
    return outcomeOf([call], { next: `cd ${folder} && npm install`, runtime });
  };
  const quick = await install('--prefer-offline');
  const outcome = quick.state === 'failed' && !runtime.signal.aborted ? await install() : quick;
  const failed = outcome.state === 'failed';
  runtime.emit({ id: 'install', state: failed ? 'failed' : 'done', text: failed ? 'Packages were not installed' : 'Packages installed' });
  return outcome;
}

/**
 * Makes a repository in this folder, with everything in it as the first commit. On a machine where git does not know who commits,
 * everything is staged and the commit is left to the user.
 */
export async function makeRepository(folder: string, message: string, runtime: Runtime): Promise<Outcome> {
  const git = (...args: string[]) => ({ command: 'git', args, cwd: folder, timeoutMs: GIT_TIMEOUT_MS });
  const next = `cd ${folder} && git init && git add --all && git commit -m "${message}"`;
  const staged = await outcomeOf([git('init', '--quiet', '--initial-branch=main'), git('add', '--all')], { next, runtime });
  if (staged.state !== 'done') return staged;
  const identity = await runtime.exec(git('var', 'GIT_COMMITTER_IDENT'));
  if (identity.exitCode !== 0) return { state: 'left', reason: UNKNOWN_AUTHOR, next: `cd ${folder} && git commit -m "${message}"` };
  return outcomeOf([git('commit', '--quiet', '-m', message)], { next, runtime });
}

const UNKNOWN_AUTHOR = 'it does not know who you are, so nothing is committed yet: git config --global user.name … and user.email …';

/** Runs programs one after the other, until one fails. */
async function outcomeOf(
  calls: readonly Invocation[],
  { next, runtime }: { readonly next: string; readonly runtime: Runtime },
): Promise<Outcome> {
  for (const call of calls) {
    const result = await tried(call, runtime);
    if (typeof result === 'string') return { state: 'failed', reason: result, output: [], next };
    if (result.exitCode === 0) continue;
    const lines = `${result.stdout}\n${result.stderr}`.split('\n').filter((line) => line.trim() !== '');
    const reason = runtime.signal.aborted ? 'interrupted' : `${call.command} ${call.args[0]} ended with exit code ${result.exitCode}`;
    return { state: 'failed', reason, output: lines.slice(-SHOWN_LINES), next };
  }
  return { state: 'done' };
}

/** The program's result, or why it could not be started. */
async function tried(call: Invocation, runtime: Runtime): Promise<ExecResult | string> {
  try {
    return await runtime.exec(call);
  } catch (error) {
    if (error instanceof SvcError && error.code === 'tool/missing') return error.message;
    throw error;
  }
}
