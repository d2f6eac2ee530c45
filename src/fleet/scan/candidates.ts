import { basename, dirname, join } from 'node:path';
import { SvcError } from '../../errors.ts';
import type { FileKind, FileSystem } from '../../runtime/runtime.ts';
import { LOCK_PATH } from '../../template/lock.ts';
import { ecosystemsOf } from '../../upgrade/adopt/fit.ts';

/** A folder that is a service by what is in it. Paths are absolute. */
export interface Candidate {
  readonly folder: string;
  /** The root of its repository, else of its workspace, else its own folder: what paths of its template start from. */
  readonly root: string;
  readonly kind: 'service' | 'workspace';
  readonly hasLock: boolean;
  /** What is at the top of its folder. */
  readonly entries: readonly Entry[];
}

/** A folder that could not be looked into. */
export interface Unreadable {
  readonly folder: string;
  readonly error: string;
}

type Entry = { readonly name: string; readonly kind: FileKind };

/** Folders that hold no service of the team's own. */
const NOT_SEARCHED = new Set(['node_modules', 'dist', 'build', 'vendor', 'target', 'templates', 'testdata', 'fixtures', '__fixtures__']);
const DEEPEST = 8;
/** A larger file is no catalog entry. */
const LARGEST = 1_048_576;

interface Around {
  readonly git: string | undefined;
  readonly workspace: string | undefined;
  readonly levels: number;
}

/**
 * Walks a folder tree and finds its services: folders with a lock, with a catalog entry of a component, and roots of repositories
 * that hold a program and none of the former. Links are not followed, so that no loop can hold it up.
 * @param root of the repository that `from` is the root of, where no folder of git's tells
 */
export async function* candidatesIn(
  { from, root }: { readonly from: string; readonly root?: string },
  fs: FileSystem,
): AsyncGenerator<Candidate | Unreadable, void> {
  const git = root ?? (await above(from, '.git', fs));
  const around = { git, workspace: await above(from, 'svc.yaml', fs), levels: DEEPEST };
  yield* walk(from, around, fs);
}

/** Whether anything was found below is what the walk returns: a repository's root counts only where nothing else does. */
async function* walk(folder: string, around: Around, fs: FileSystem): AsyncGenerator<Candidate | Unreadable, boolean> {
  const entries = await listed(folder, fs);
  if (typeof entries === 'string') {
    yield { folder, error: entries };
    return true;
  }
  const has = (name: string) => entries.some((entry) => entry.name === name);
  if (isBare(entries)) {
    yield { folder, error: 'a bare repository: there are no files to look at; name its clone' };
    return true;
  }
  const isRepository = has('.git') || folder === around.git;
  const git = isRepository ? folder : around.git;
  const isWorkspace = has('svc.yaml');
  const hasLock = has('.svc') && (await fs.info(join(folder, LOCK_PATH))) !== undefined;
  const own: Candidate = { folder, root: git ?? around.workspace ?? folder, kind: isWorkspace ? 'workspace' : 'service', hasLock, entries };
  const isOne = hasLock || (!isWorkspace && (await isComponent(folder, entries, fs)));
  if (isOne) yield own;
  if (hasLock && !isWorkspace) return true;
  const inside = yield* below(entries, { folder, git, workspace: isWorkspace ? folder : around.workspace, levels: around.levels - 1 }, fs);
  if (isOne || inside) return true;
  if (!isRepository || isWorkspace || !holdsProgram(entries)) return false;
  yield own;
  return true;
}

async function* below(
  entries: readonly Entry[],
  { folder, ...around }: Around & { readonly folder: string },
  fs: FileSystem,
): AsyncGenerator<Candidate | Unreadable, boolean> {
  if (around.levels < 0) return false;
  let found = false;
  for (const { name, kind } of entries) {
    if (kind !== 'folder' || name.startsWith('.') || NOT_SEARCHED.has(name)) continue;
    if (yield* walk(join(folder, name), around, fs)) found = true;
  }
  return found;
}

/** The entries of a folder, or why there are none. */
async function listed(folder: string, fs: FileSystem): Promise<readonly Entry[] | string> {
  try {
    return (await fs.list(folder)) ?? 'there is no such folder';
  } catch (error) {
    if (error instanceof SvcError) return error.message;
    throw error;
  }
}

function isBare(entries: readonly Entry[]): boolean {
  const is = (name: string, kind: FileKind) => entries.some((entry) => entry.name === name && entry.kind === kind);
  return is('HEAD', 'file') && is('objects', 'folder') && is('refs', 'folder');
}

function holdsProgram(entries: readonly Entry[]): boolean {
  const names = entries.filter(({ kind }) => kind === 'file').map(({ name }) => name);
  return ecosystemsOf(names).size > 0 || names.some((name) => name === 'Dockerfile' || name === 'Containerfile');
}

/** A catalog entry that cannot be looked into counts as one: its report says why. */
async function isComponent(folder: string, entries: readonly Entry[], fs: FileSystem): Promise<boolean> {
  const entry = entries.find(({ name }) => /^catalog-info\.ya?ml$/.test(name));
  if (!entry || entry.kind === 'folder') return false;
  const path = join(folder, entry.name);
  if (entry.kind !== 'file' || ((await fs.info(path))?.size ?? 0) > LARGEST) return true;
  return /^\s*["']?kind["']?\s*:\s*["']?Component\b/m.test((await fs.readText(path)) ?? '');
}

async function above(from: string, name: string, fs: FileSystem): Promise<string | undefined> {
  for (let folder = dirname(from); basename(folder) !== ''; folder = dirname(folder)) {
    if ((await fs.info(join(folder, name))) !== undefined) return folder;
  }
  return undefined;
}
