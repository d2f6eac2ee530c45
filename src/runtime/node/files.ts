import * as direct from 'node:fs';
import { constants, type Dirent } from 'node:fs';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SvcError } from '../../errors.ts';
import type { FileInfo, FileKind, FileSystem, NewFile } from '../runtime.ts';

/** The methods of `node:fs/promises` in use: memfs has them too, so one adapter serves the disk and the tests. */
export type FsModule = Pick<
  typeof fs,
  'readFile' | 'lstat' | 'readdir' | 'realpath' | 'open' | 'rename' | 'mkdir' | 'unlink' | 'rmdir' | 'mkdtemp' | 'rm'
>;

/** The methods of `node:fs` that wait: memfs has them too. */
export type DirectFsModule = Pick<typeof direct, 'lstatSync' | 'openSync' | 'readSync' | 'closeSync'>;

const NO_LINK = constants.O_NOFOLLOW ?? 0;

export function nodeFiles(module: FsModule = fs, waiting: DirectFsModule = direct): FileSystem {
  return {
    async readText(path) {
      const bytes = await orAbsent(module.readFile(path), path);
      return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
    },
    readBytes: (path) => orAbsent(module.readFile(path), path),
    async info(path) {
      const stats = await orAbsent(module.lstat(path), path);
      return stats && { kind: kindOf(stats), executable: (stats.mode & 0o100) !== 0, size: stats.size };
    },
    glance: (path, limit) => orAbsent(glance(waiting, path, limit), path),
    async list(path) {
      const entries = await orAbsent(module.readdir(path, { withFileTypes: true, encoding: 'buffer' }), path);
      return (
        entries && (entries as unknown as Dirent<Buffer>[]).map((entry) => named(entry, path)).sort((a, b) => (a.name < b.name ? -1 : 1))
      );
    },
    async realPath(path) {
      const real = await orAbsent(module.realpath(path), path);
      return real?.toString();
    },
    createFile: (path, content, options = {}) => writing(path, () => createWhole(module, path, content, options)),
    rename: (from, to) => writing(to, () => module.rename(from, to)),
    createFolder: (path) => writing(path, () => unless('EEXIST', module.mkdir(path))),
    removeFile: (path) => writing(path, async () => void (await unless('ENOENT', module.unlink(path)))),
    removeFolder: (path) => writing(path, () => unless(['ENOTEMPTY', 'ENOENT', 'EEXIST'], module.rmdir(path))),
    temporaryFolder: (prefix) => writing(tmpdir(), () => module.mkdtemp(join(tmpdir(), prefix))),
    removeTree: (path) => writing(path, () => module.rm(path, { recursive: true, force: true })),
    syncFolder: (path) => writing(path, () => syncFolder(module, path)),
  };
}

/** Nothing is opened that could block, such as a pipe that took the file's place. */
async function glance(module: DirectFsModule, path: string, limit: number): Promise<(FileInfo & { content?: Uint8Array }) | undefined> {
  const stats = module.lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return undefined;
  const info = { kind: kindOf(stats), executable: (stats.mode & 0o100) !== 0, size: stats.size };
  if (info.kind !== 'file' || info.size > limit) return info;
  const file = module.openSync(path, constants.O_RDONLY | NO_LINK | (constants.O_NONBLOCK ?? 0));
  try {
    const bytes = Buffer.allocUnsafe(info.size);
    let read = 0;
    for (let more = -1; more !== 0 && read < bytes.length; read += more)
      more = module.readSync(file, bytes, read, bytes.length - read, read);
    return { ...info, content: bytes.subarray(0, read) };
  } finally {
    module.closeSync(file);
  }
}

async function createWhole(
  module: FsModule,
  path: string,
  content: Uint8Array | string,
  { executable = false, private: secret = false, volatile = false }: NewFile,
): Promise<void> {
  const mode = (executable ? 0o777 : 0o666) & (secret ? 0o700 : 0o777);
  const file = await module.open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_LINK, mode);
  try {
    // FileHandle.writeFile loops over short writes; a single write() on a full disk reports fewer bytes and no error.
    await file.writeFile(content);
    if (!volatile) await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(module: FsModule, path: string): Promise<void> {
  // Windows cannot open a folder, and needs no flush of its entries.
  if (process.platform === 'win32') return;
  const folder = await module.open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

interface Kinded {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

function kindOf(entry: Kinded): FileKind {
  if (entry.isSymbolicLink()) return 'link';
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'folder' : 'other';
}

/** Node hands out names that do not exist where a name is not UTF-8: such a name is refused, never skipped. */
function named(entry: Dirent<Buffer>, folder: string): { name: string; kind: FileKind } {
  const raw = Buffer.from(entry.name);
  const name = raw.toString('utf8');
  if (Buffer.compare(Buffer.from(name, 'utf8'), raw) !== 0) {
    throw new SvcError('file/unreadable', `A name in ${folder} is not UTF-8: ${raw.toString('latin1')}`, {
      hint: 'Rename that file, then run the command again',
    });
  }
  return { name, kind: kindOf(entry) };
}

async function orAbsent<T>(reading: Promise<T>, path: string): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new SvcError('file/unreadable', `Cannot read ${path}: ${code}`, { hint: readingHint(code, path), cause: error });
  }
}

function readingHint(code: string, path: string): string {
  if (code === 'EACCES' || code === 'EPERM') return `Give yourself the right to read it: ls -ld "${path}"`;
  if (code === 'EISDIR') return 'A file is expected there, not a folder';
  return 'Check the disk and the path, then run the command again';
}

async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SvcError) throw error;
    const code = codeOf(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new SvcError('file/disk-full', `No room to write ${path}`, {
        hint: 'Free some space, then run the command again',
        cause: error,
      });
    }
    throw new SvcError('file/unwritable', `Cannot write ${path}: ${code}`, { hint: writingHint(code, path), cause: error });
  }
}

function writingHint(code: string, path: string): string {
  if (code === 'EACCES' || code === 'EPERM') return `Give yourself the right to write there: ls -ld "${path}"`;
  if (code === 'EROFS') return 'The disk is mounted read-only: choose another folder';
  if (code === 'EEXIST' || code === 'ELOOP') return 'Something else wrote there at the same time: run the command again';
  return 'Check the disk and the path, then run the command again';
}

/** True where the work was done, false where it failed with one of these codes. */
async function unless(codes: string | readonly string[], work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if ([codes].flat().includes(codeOf(error))) return false;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
}
