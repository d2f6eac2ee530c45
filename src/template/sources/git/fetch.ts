import { join } from 'node:path';
import { SvcError } from '../../../errors.ts';
import type { ExecResult, Runtime } from '../../../runtime/runtime.ts';
import { asideIn, cacheFolder } from '../cache.ts';
import { LIMITS, refused } from '../limits.ts';
import { isCommit } from '../name.ts';
import { noteFetch, noteUse } from '../prune.ts';
import { unavailable } from '../unavailable.ts';
import { gitIn, gitReason } from './git.ts';

/** One commit of a repository, in a bare repository of its own. */
export interface Fetched {
  readonly url: string;
  readonly commit: string;
  /** Absolute path of the bare repository. */
  readonly folder: string;
}

const FETCH_TIMEOUT_MS = 5 * 60_000;
const LOOK_EVERY_MS = 200;
/** Where the fetched commit is kept in its repository. */
const KEPT = 'refs/svckit/template';

/** A commit that was fetched before, or undefined. */
export async function fetchedBefore(url: string, commit: string, runtime: Runtime): Promise<Fetched | undefined> {
  const folder = join(cacheFolder('git', url, runtime), commit);
  if ((await runtime.fs.info(folder))?.kind !== 'folder') return undefined;
  await noteUse(folder, runtime);
  return { url, commit, folder };
}

/**
 * Fetches one commit, without its history, into the cache.
 * @param ref `refs/tags/v1`, `refs/heads/main`, `HEAD` or a commit's id
 * @throws SvcError template/unavailable; template/invalid where it is too large
 */
export function fetchCommit(url: string, { ref, objectFormat }: FetchOrder, runtime: Runtime): Promise<Fetched> {
  const home = cacheFolder('git', url, runtime);
  return asideIn(home, runtime, async (aside) => {
    const git = gitIn(aside, url, runtime);
    const here = (args: readonly string[]) => [`--git-dir=${aside}`, ...args];
    runtime.emit({ id: url, state: 'start', text: `Fetching ${url}` });
    try {
      await succeed(git(['init', '--quiet', '--bare', '--template=', `--object-format=${objectFormat}`, aside]));
      const fetching = (signal: AbortSignal) =>
        git(here(['fetch', ...QUIETLY, '--', url, `+${ref}:${KEPT}`]), { timeoutMs: FETCH_TIMEOUT_MS, signal });
      const fetched = await withSizeLimit(url, { folder: join(aside, 'objects', 'pack'), runtime }, fetching);
      if (fetched.exitCode !== 0) throw notFetched(url, ref, fetched);
      const { stdout } = await succeed(git(here(['rev-parse', '--verify', '--end-of-options', `${KEPT}^{commit}`])));
      const commit = checkedCommit(stdout.trim(), ref);
      await settle(aside, join(home, commit), runtime);
      await noteFetch(join(home, commit), runtime);
      runtime.emit({ id: url, state: 'done', text: `Fetched ${url}` });
      return { url, commit, folder: join(home, commit) };
    } catch (error) {
      runtime.emit({ id: url, state: 'failed', text: `Could not fetch ${url}` });
      throw error;
    }
  });
}

/** What git's check of each object (fsck) found is for the template's author; everything else is for the network or its owner. */
function notFetched(url: string, ref: string, result: ExecResult): SvcError {
  const reason = gitReason(result);
  if (/^object [0-9a-f]+: \w+: /.test(reason)) return refused(url, `git does not accept it: ${reason}`);
  return unavailable(ref === 'HEAD' ? url : `${url}#${ref.replace(/^refs\/(tags|heads)\//, '')}`, reason);
}

export interface FetchOrder {
  readonly ref: string;
  readonly objectFormat: 'sha1' | 'sha256';
}

/** No history, no tags, no submodules, and nothing that git would tidy up afterwards in the background. */
const QUIETLY = [
  '--quiet',
  '--depth=1',
  '--no-tags',
  '--no-recurse-submodules',
  '--no-write-fetch-head',
  '--no-auto-maintenance',
  '--no-show-forced-updates',
];

async function succeed(running: ReturnType<ReturnType<typeof gitIn>>): ReturnType<ReturnType<typeof gitIn>> {
  const result = await running;
  if (result.exitCode === 0) return result;
  throw new SvcError('tool/failed', `git could not read a template: ${gitReason(result)}`, {
    hint: 'git 2.38 or later is needed: svc doctor shows what is there',
  });
}

function checkedCommit(commit: string, ref: string): string {
  if (isCommit(commit) && (!isCommit(ref) || ref === commit)) return commit;
  throw refused(ref, 'it is not the commit that was asked for', 'Name the full id of a commit, a tag or a branch');
}

/** Another run may have been faster: the same commit is the same content. */
async function settle(aside: string, folder: string, { fs }: Runtime): Promise<void> {
  try {
    await fs.rename(aside, folder);
  } catch (error) {
    if ((await fs.info(folder))?.kind !== 'folder') throw error;
  }
}

/** git has no limit on what it takes from a server: the pack is looked at while it grows. */
async function withSizeLimit<T>(
  url: string,
  { folder, runtime }: { readonly folder: string; readonly runtime: Runtime },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const look = async () => {
    if ((await sizeOf(folder, runtime)) > LIMITS.fetchedBytes) stop.abort();
  };
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS);
  try {
    const result = await work(stop.signal);
    await look();
    if (stop.signal.aborted) throw refused(url, 'the repository has more than 100 MiB', 'Keep templates in a repository of their own');
    return result;
  } finally {
    clearInterval(timer);
  }
}

async function sizeOf(folder: string, { fs }: Runtime): Promise<number> {
  const names = (await fs.list(folder)) ?? [];
  const sizes = await Promise.all(names.map(async ({ name }) => (await fs.info(join(folder, name)))?.size ?? 0));
  return sizes.reduce((sum, size) => sum + size, 0);
}
