import { dirname, join } from 'node:path';
import { SvcError } from '../errors.ts';
import { inLanes } from '../plan/lanes.ts';
import type { FileSystem, Runtime } from '../runtime/runtime.ts';
import type { Made } from './service.ts';
import type { Tree, TreeFile } from './tree.ts';

/** A file of the user's own that is larger is no file of a template under another name. */
const LARGEST_OWN = 1_048_576;
/** Folders that a service without git is not searched in. */
const NOT_SEARCHED = new Set(['.git', '.svc', 'node_modules', 'dist', 'build', 'coverage', 'target', 'vendor', '.venv']);

/** Where a service's files are. */
type Place = Pick<Made, 'folder' | 'root' | 'prefix' | 'placement' | 'delivered'>;

/**
 * The service's files by path from the root: what git tracks or would add, without git all but what is built or installed, and
 * whatever is at a path of the template's. What svckit itself keeps there is left out, and so are services inside of this one.
 */
export async function readOurs(made: Place, known: Tree, runtime: Runtime): Promise<Tree> {
  const { root, prefix, placement, delivered } = made;
  const found = placement.git === undefined ? await walk(made.folder, '', runtime.fs) : await listed(made, runtime);
  const own = withoutOthers(found).map((path) => (prefix === '' ? path : `${prefix}/${path}`));
  const left = new Set(delivered.map(({ path }) => path));
  const paths = [...new Set([...own, ...known.keys()])].filter((path) => !left.has(path));
  return readAll(paths, { root, known }, runtime);
}

/** What is at these paths from the root, and nothing else of the service. */
export async function readKnown(root: string, known: Tree, runtime: Pick<Runtime, 'fs' | 'platform'>): Promise<Tree> {
  return readAll([...known.keys()], { root, known }, runtime);
}

/**
 * As much of a service as an upgrade of it has to see: its own files only where one of the template's may be among them under another
 * name, or where something is in the way of a new file.
 * @param known what the template wrote, and what it writes now
 */
export async function readForUpgrade(made: Made, known: Tree, runtime: Runtime): Promise<Tree> {
  const there = await readKnown(made.root, known, runtime);
  const gone = [...made.pristine].some(([path, { ownership }]) => ownership !== 'once' && !there.has(path));
  const added = [...known.keys()].filter((path) => !made.pristine.has(path) && !there.has(path));
  const seeAll = gone || (await inLanes(added, (path) => isBlocked(join(made.root, path), made.root, runtime.fs))).some(Boolean);
  return seeAll ? readOurs(made, known, runtime) : there;
}

/** Whether something other than a file is there, or other than a folder above it. */
async function isBlocked(path: string, root: string, fs: FileSystem): Promise<boolean> {
  if ((await fs.info(path)) !== undefined) return true;
  for (let above = dirname(path); above !== root && above !== dirname(above); above = dirname(above)) {
    const kind = (await fs.info(above))?.kind;
    if (kind !== undefined) return kind !== 'folder';
  }
  return false;
}

async function readAll(
  paths: readonly string[],
  { root, known }: { readonly root: string; readonly known: Tree },
  runtime: Pick<Runtime, 'fs' | 'platform'>,
): Promise<Tree> {
  const found = await inLanes([...paths].sort(), async (path) => {
    const file = await readFile(join(root, path), known.get(path), runtime);
    return file ? [[path, file] as const] : [];
  });
  return new Map(found.flat());
}

/**
 * Which of these paths hold changes that are not committed yet; none where there is no git.
 * @param paths from the root
 */
export async function uncommitted(
  { root, placement }: Pick<Made, 'root' | 'placement'>,
  paths: readonly string[],
  runtime: Runtime,
): Promise<readonly string[]> {
  if (placement.git === undefined || paths.length === 0) return [];
  const output = await git(['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all'], root, runtime);
  const dirty = new Set(output.split('\0').map((entry) => entry.slice(3)));
  return paths.filter((path) => dirty.has(path));
}

async function listed({ folder }: Pick<Made, 'folder'>, runtime: Runtime): Promise<readonly string[]> {
  const output = await git(['ls-files', '-z', '--cached', '--others', '--exclude-standard'], folder, runtime);
  return output.split('\0').filter((path) => path !== '');
}

/** The settings of a repository can name a program that git starts to watch files: none is needed here. */
async function git(args: readonly string[], cwd: string, runtime: Runtime): Promise<string> {
  const result = await runtime.exec({ command: 'git', args: ['-c', 'core.fsmonitor=false', ...args], cwd, env: { LC_ALL: 'C' } });
  if (result.exitCode === 0) return result.stdout;
  throw new SvcError('tool/failed', `git could not list the files of ${cwd}: ${result.stderr.trim().split('\n')[0] ?? ''}`, {
    hint: `See for yourself: git -C "${cwd}" status`,
  });
}

async function walk(folder: string, prefix: string, fs: FileSystem): Promise<readonly string[]> {
  const entries = (await fs.list(join(folder, prefix))) ?? [];
  // A lock says that a service is in there; its own folder is looked at, not searched.
  const locked = prefix !== '' && (await fs.info(join(folder, prefix, '.svc'))) !== undefined ? [`${prefix}/.svc/lock.yaml`] : [];
  const found = await Promise.all(
    entries.map(async ({ name, kind }) => {
      const path = prefix === '' ? name : `${prefix}/${name}`;
      if (kind === 'folder') return NOT_SEARCHED.has(name) ? [] : walk(folder, path, fs);
      return kind === 'other' ? [] : [path];
    }),
  );
  return [...locked, ...found.flat()];
}

/** Without `.svc/` and without what belongs to a service further inside, which has a lock of its own. */
function withoutOthers(paths: readonly string[]): readonly string[] {
  const inner = paths.flatMap((path) => (path.endsWith('/.svc/lock.yaml') ? [path.slice(0, -'.svc/lock.yaml'.length)] : []));
  return paths.filter((path) => !path.startsWith('.svc/') && !inner.some((folder) => path.startsWith(folder)));
}

/**
 * A link is never followed, and never written: that it is one is all there is to know. Windows knows no executable bit, so there
 * it is as the template has it.
 */
async function readFile(
  path: string,
  known: TreeFile | undefined,
  { fs, platform }: Pick<Runtime, 'fs' | 'platform'>,
): Promise<TreeFile | undefined> {
  const info = await fs.info(path);
  if (info?.kind === 'link') return { kind: 'link', content: Buffer.from(path) };
  if (info?.kind !== 'file' || (!known && info.size > LARGEST_OWN)) return undefined;
  const content = await fs.readBytes(path);
  const executable = platform.startsWith('windows') ? known?.kind === 'executable' : info.executable;
  return content && { kind: executable ? 'executable' : 'file', content };
}
