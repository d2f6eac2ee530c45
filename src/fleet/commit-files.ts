import { dirname, isAbsolute, relative, sep } from 'node:path';
import type { FileInfo, FileKind, FileSystem, Runtime } from '../runtime/runtime.ts';
import { kindOf, type TreeFile } from '../upgrade/tree.ts';
import { gitTo, type Repository } from './git.ts';

interface Entry {
  readonly kind: TreeFile['kind'];
  readonly id: string;
  readonly size: number;
}

/** The files of one commit, without a working tree. Contents are read when they are asked for, many with one process. */
export interface CommitFiles {
  readonly repository: Repository;
  readonly commit: string;
  /** Absolute path that the files appear under, as if they were checked out there. */
  readonly root: string;
  /** Path from the root, with `/`, to what is known without reading. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** The files at these paths; what is no file of the commit is left out. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, TreeFile>>;
}

/**
 * Lists the files of a commit.
 * @param root where they are to appear: the working tree, or a path where nothing is
 * @throws SvcError tool/failed
 */
export async function commitFiles(
  { repository, commit, root }: Pick<CommitFiles, 'repository' | 'commit' | 'root'>,
  runtime: Runtime,
): Promise<CommitFiles> {
  const listing = await gitTo('list the files', [repository, ['ls-tree', '-r', '-z', '--long', '--full-tree', commit]], runtime);
  const entries = new Map(listing.stdout.split('\0').flatMap(entryIn));
  const contents = new Map<string, Uint8Array>();
  return {
    repository,
    commit,
    root,
    entries,
    async read(paths) {
      const wanted = paths.flatMap((path) => entries.get(path)?.id ?? []).filter((id) => !contents.has(id));
      if (wanted.length > 0) for (const [id, bytes] of await blobs([...new Set(wanted)], repository, runtime)) contents.set(id, bytes);
      return new Map(paths.flatMap((path) => fileAt(path, entries.get(path), contents)));
    },
  };
}

/** `100644 blob <id> <size>\t<path>`; submodules are no files. */
function entryIn(line: string): readonly (readonly [string, Entry])[] {
  const match = /^(\d{6}) blob ([0-9a-f]+) +(\d+)\t([\s\S]+)$/.exec(line);
  if (!match) return [];
  const [, mode = '', id = '', size = '0', path = ''] = match;
  return [[path, { kind: kindOf(mode), id, size: Number(size) }]];
}

function fileAt(path: string, entry: Entry | undefined, contents: ReadonlyMap<string, Uint8Array>): readonly [string, TreeFile][] {
  const content = entry && contents.get(entry.id);
  return content ? [[path, { kind: entry.kind, content }]] : [];
}

async function blobs(ids: readonly string[], repository: Repository, runtime: Runtime): Promise<ReadonlyMap<string, Uint8Array>> {
  const input = ids.map((id) => `${id}\n`).join('');
  const { bytes } = await gitTo('read files', [repository, ['cat-file', '--batch']], runtime, { input });
  const found = new Map<string, Uint8Array>();
  for (let offset = 0, index = 0; index < ids.length; index += 1) {
    const headerEnd = bytes.indexOf(0x0a, offset);
    const header = Buffer.from(bytes.subarray(offset, headerEnd)).toString('latin1');
    const size = Number(header.slice(header.lastIndexOf(' ') + 1));
    found.set(ids[index] ?? '', bytes.subarray(headerEnd + 1, headerEnd + 1 + size));
    offset = headerEnd + size + 2;
  }
  return found;
}

/** What is left to the disk: nobody who reads a commit writes. A method that reads has to be answered here. */
type Writing = 'createFile' | 'rename' | 'createFolder' | 'removeFile' | 'removeFolder' | 'temporaryFolder' | 'removeTree' | 'syncFolder';

/**
 * The disk with the files of a commit in the place of whatever is under its root, to be read only. So what reads a service from a
 * folder reads one from a commit as well.
 */
export function withCommit({ root, entries, read }: CommitFiles, disk: FileSystem): FileSystem {
  const folders = foldersOf(entries);
  const inside = (path: string): string | undefined => {
    const from = relative(root, path);
    return isAbsolute(from) || from === '..' || from.startsWith(`..${sep}`) ? undefined : from.split(sep).join('/');
  };
  const bytesAt = async (at: string) => (await read([at])).get(at)?.content;
  const reading: Omit<FileSystem, Writing> = {
    async readBytes(path) {
      const at = inside(path);
      return at === undefined ? disk.readBytes(path) : bytesAt(at);
    },
    async readText(path) {
      const at = inside(path);
      if (at === undefined) return disk.readText(path);
      const bytes = await bytesAt(at);
      return bytes && Buffer.from(bytes).toString('utf8');
    },
    async info(path) {
      const at = inside(path);
      return at === undefined ? disk.info(path) : infoOf(at, entries, folders);
    },
    async glance(path, limit) {
      const at = inside(path);
      if (at === undefined) return disk.glance(path, limit);
      const info = infoOf(at, entries, folders);
      const content = info?.kind === 'file' && info.size <= limit ? await bytesAt(at) : undefined;
      return info && { ...info, ...(content && { content }) };
    },
    async list(path) {
      const at = inside(path);
      return at === undefined ? disk.list(path) : folders.get(at);
    },
    async realPath(path) {
      const at = inside(path);
      return at === undefined ? disk.realPath(path) : infoOf(at, entries, folders) && path;
    },
  };
  return { ...disk, ...reading };
}

/** The root is that of a repository, whatever holds its commits. */
function infoOf(at: string, entries: CommitFiles['entries'], folders: ReturnType<typeof foldersOf>): FileInfo | undefined {
  const entry = entries.get(at);
  if (entry) return { kind: entry.kind === 'link' ? 'link' : 'file', executable: entry.kind === 'executable', size: entry.size };
  return at === '.git' || folders.has(at) ? { kind: 'folder', executable: true, size: 0 } : undefined;
}

/** Names and kinds in each folder, by its path from the root. */
function foldersOf(entries: CommitFiles['entries']): ReadonlyMap<string, readonly { readonly name: string; readonly kind: FileKind }[]> {
  const folders = new Map<string, Map<string, FileKind>>([['', new Map()]]);
  const add = (path: string, kind: FileKind): void => {
    const parent = dirname(path) === '.' ? '' : dirname(path);
    const isNew = !folders.has(parent);
    const names = folders.get(parent) ?? new Map<string, FileKind>();
    folders.set(parent, names.set(path.slice(parent === '' ? 0 : parent.length + 1), kind));
    if (isNew) add(parent, 'folder');
  };
  for (const [path, { kind }] of entries) add(path, kind === 'link' ? 'link' : 'file');
  return new Map(
    [...folders].map(([path, names]) => [
      path,
      [...names].map(([name, kind]) => ({ name, kind })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    ]),
  );
}
