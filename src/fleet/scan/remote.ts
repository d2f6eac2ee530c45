import { SvcError } from '../../errors.ts';
import type { FileSystem, Runtime } from '../../runtime/runtime.ts';
import { withLock } from '../../state/lock.ts';
import { LOCK_PATH } from '../../template/lock.ts';
import { type CommitFiles, commitFiles, withCommit } from '../commit-files.ts';
import type { Forge, ForgeAddress } from '../forge/forge.ts';
import { copyLock, type Remote, remoteHome } from '../repositories.ts';
import type { Place } from '../where.ts';

export type RemotePlace = Exclude<Place, { readonly kind: 'folder' }>;

/** The files of a repository's default branch, as if they were on this disk. */
export interface RemoteFiles {
  readonly root: string;
  readonly fs: FileSystem;
}

/** A scan looks at no branch but the default one: no branch is called like this. */
const NO_BRANCH = 'svckit/none/';
/** Larger files say nothing of a service. */
const LARGEST = 262_144;
const TELLING = /(^|\/)(catalog-info\.ya?ml|score\.yaml|Dockerfile|Containerfile|CODEOWNERS)$/;

/** How reports name it. */
export function nameOfPlace(place: RemotePlace): string {
  return place.kind === 'url' ? place.url : place.repository.path;
}

/**
 * Fetches the last commit of a repository into svc's own copy, and does `work` with its files; nothing is checked out.
 * @returns undefined for a repository without a commit
 * @throws SvcError tool/failed where it cannot be fetched, plan/busy where another svc is at it
 */
export async function withRemote<Result>(
  place: RemotePlace,
  { forgeAt, work }: { readonly forgeAt: (address: ForgeAddress) => Forge; readonly work: (files: RemoteFiles) => Promise<Result> },
  runtime: Runtime,
): Promise<Result | undefined> {
  if (place.kind === 'repository' && place.repository.defaultBranch === undefined) return undefined;
  const remote: Remote =
    place.kind === 'url'
      ? { url: place.url, forge: undefined }
      : { url: place.repository.cloneUrl, forge: { forge: forgeAt(place.forge), repository: place.repository } };
  return withLock(copyLock(remote.url, runtime), runtime, async () => {
    const home = await remoteHome(remote, { branchPrefix: NO_BRANCH, shown: nameOfPlace(place) }, runtime);
    const files = await commitFiles(home, runtime);
    await files.read(tellingPaths(files));
    return work({ root: home.root, fs: withCommit(files, runtime.fs) });
  });
}

/** What a scan will ask for, so that one process reads it all: files that describe a service, and all of one with a lock. */
function tellingPaths({ entries }: CommitFiles): readonly string[] {
  const made = [...entries.keys()].filter((path) => path.endsWith(LOCK_PATH)).map((path) => path.slice(0, -LOCK_PATH.length));
  const isOfRepository = (path: string) => made.length > 0 && (!path.includes('/') || path.startsWith('.'));
  const isWanted = (path: string) => TELLING.test(path) || isOfRepository(path) || made.some((folder) => path.startsWith(folder));
  return [...entries].filter(([path, { size, kind }]) => kind !== 'link' && size <= LARGEST && isWanted(path)).map(([path]) => path);
}

/** Why a repository cannot be read, in one line. */
export function reasonOf(error: unknown): string {
  if (error instanceof SvcError) return error.message.split('\n')[0] ?? '';
  throw error;
}
