import { join } from 'node:path';
import * as v from 'valibot';
import { counted } from '../../../document/counted.ts';
import { createFolders } from '../../../plan/write-file.ts';
import type { ExecResult, Runtime } from '../../../runtime/runtime.ts';
import { cacheFolder, keepAnswer, keptAnswer } from '../cache.ts';
import { unavailable } from '../unavailable.ts';
import { gitIn, gitReason } from './git.ts';

/** What a repository's names stand for. */
export interface Remote {
  readonly url: string;
  /** Commits by name. */
  readonly tags: ReadonlyMap<string, string>;
  readonly branches: ReadonlyMap<string, string>;
  /** Of its default branch; undefined in an empty repository. */
  readonly head: string | undefined;
  /** False where the repository could not be asked, and this is what it said before. */
  readonly fresh: boolean;
}

const ASK_TIMEOUT_MS = 60_000;
/** With an earlier answer at hand nobody waits long for a network that is not there. */
const IMPATIENT_TIMEOUT_MS = 15_000;

/**
 * Asks a repository for its branches and tags. Where that fails, what it said before is taken, and a note says so.
 * @throws SvcError template/unavailable, tool/missing
 */
export async function askRemote(url: string, runtime: Runtime): Promise<Remote> {
  const folder = cacheFolder('git', url, runtime);
  const file = join(folder, 'refs.json');
  const before = v.safeParse(answer, await keptAnswer(file, runtime));
  await createFolders(runtime.fs, folder);
  const git = gitIn(folder, url, runtime);
  const timeoutMs = before.success ? IMPATIENT_TIMEOUT_MS : ASK_TIMEOUT_MS;
  runtime.emit({ id: url, state: 'start', text: `Asking ${url}` });
  const asked = await git(['ls-remote', '--quiet', '--', url, 'HEAD', 'refs/heads/*', 'refs/tags/*'], { timeoutMs });
  if (asked.exitCode !== 0) return insteadOf(url, { asked, before: before.success ? before.output.refs : undefined }, runtime);
  const refs = refsIn(asked.stdout);
  await keepAnswer(file, { url, refs }, runtime);
  const remote = remoteOf(url, refs, true);
  const text = `${url} has ${counted(remote.tags.size, 'tag')} and ${counted(remote.branches.size, 'branch', 'branches')}`;
  runtime.emit({ id: url, state: 'done', text });
  return remote;
}

type Refs = readonly (readonly [name: string, commit: string])[];

function insteadOf(
  url: string,
  { asked, before }: { readonly asked: ExecResult; readonly before: Refs | undefined },
  runtime: Runtime,
): Remote {
  const reason = gitReason(asked);
  if (!before || runtime.signal.aborted) {
    runtime.emit({ id: url, state: 'failed', text: `${url} does not answer` });
    throw unavailable(url, reason);
  }
  runtime.emit({ id: url, state: 'done', text: `Taking what was read before: ${url} does not answer (${reason})` });
  return remoteOf(url, before, false);
}

const commitId = v.pipe(v.string(), v.regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/));
/** Lies in the user's cache, but costs nothing to check. */
const answer = v.object({ url: v.string(), refs: v.array(v.tuple([v.string(), commitId])) });

/** Lines of `<id> <name>`; `<name>^{}` is the commit that an annotated tag points to. */
function refsIn(output: string): [string, string][] {
  const lines = output.split('\n').map((line) => line.split('\t'));
  return lines.flatMap(([at = '', name = '']) => (v.is(commitId, at) && name !== '' ? [[name, at] as [string, string]] : []));
}

function remoteOf(url: string, refs: Refs, fresh: boolean): Remote {
  const below = (prefix: string) =>
    new Map(refs.filter(([name]) => name.startsWith(prefix)).map(([name, at]) => [name.slice(prefix.length).replace(/\^\{\}$/, ''), at]));
  return { url, tags: below('refs/tags/'), branches: below('refs/heads/'), head: refs.find(([name]) => name === 'HEAD')?.[1], fresh };
}
