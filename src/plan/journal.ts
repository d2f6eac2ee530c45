import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { FileSystem } from '../runtime/runtime.ts';
import { inLanes } from './lanes.ts';
import type { Content } from './plan.ts';
import { createFolders, removeTree } from './write-file.ts';

/**
 * One step that makes a part of a plan visible: a new file, a new folder with all in it, a new version of a file, or its end.
 * Paths are absolute.
 */
export interface Move {
  readonly target: string;
  /** Where the new content waits, in the same folder as the target, until one rename puts it there. */
  readonly staged: string;
  /** What the target held; absent where nothing was there. */
  readonly before?: { readonly base64: string; readonly executable: boolean };
  /** What is put there: none where the target goes away. */
  readonly files: readonly MovedFile[];
  /** New folders with what is in them, by path from the target, outer ones first; the target itself is the empty path. */
  readonly folders: readonly string[];
}

export interface MovedFile {
  /** From the target; empty where the target is the file. */
  readonly path: string;
  readonly digest: string;
  readonly executable: boolean;
}

/**
 * What is being written, with what was there before: recorded before the first file and gone after the last. It holds no progress:
 * that is read from the disk, so that apply, undo and recovery may be interrupted anywhere, also each other's.
 */
export interface JournalEntry {
  readonly moves: readonly Move[];
}

/** Where an entry is kept between runs. */
export interface Journal {
  write(entry: JournalEntry): Promise<void>;
  clear(): Promise<void>;
}

export type Recovery = 'undone' | 'finished';

/**
 * Ends what an interrupted run has begun: forward where the rest is renames alone, which need no room on the disk, else back.
 * May itself be interrupted, and run again.
 */
export async function recoverEntry({ moves }: JournalEntry, fs: FileSystem): Promise<Recovery> {
  const states = await inLanes(moves, (move) => stateOf(move, fs));
  const open = moves.filter((_, index) => states[index] === 'before');
  // Nothing moved: staged files may not be flushed yet, so they are not to be trusted.
  if (states.includes('after') && (await areStaged(open, fs)) && (await finished(open, fs))) {
    await settle(moves, fs);
    return 'finished';
  }
  await undoMoves(moves, fs);
  return 'undone';
}

/** Puts back what was there before every move that was made. What somebody wrote over it since then is their work, and stays. */
export async function undoMoves(moves: readonly Move[], fs: FileSystem): Promise<void> {
  const states = await inLanes(moves, (move) => stateOf(move, fs));
  // What waits goes first: on a full disk that is the room for what comes back.
  await inLanes(moves, ({ staged }) => removeTree(fs, staged));
  const made = moves.filter((_, index) => states[index] === 'after');
  for (const move of [...made].reverse()) await takeBack(move, fs);
  await settle(moves, fs);
}

/** Flushes every folder in which a move was made: from then on it stays, whatever happens. */
export async function flushMoves(moves: readonly Move[], fs: FileSystem): Promise<void> {
  const folders = moves.flatMap(({ target, folders: inside }) => [dirname(target), ...inside.map((path) => join(target, path))]);
  await inLanes([...new Set(folders)], async (folder) => {
    if ((await fs.info(folder))?.kind === 'folder') await fs.syncFolder(folder);
  });
}

/** A file's content in few bytes. */
export function digestOf(content: Content): string {
  return createHash('sha256').update(content).digest('hex');
}

/** `else`: neither what was there nor what was to be there. */
type State = 'before' | 'after' | 'else';

async function stateOf(move: Move, fs: FileSystem): Promise<State> {
  const { target, before, files } = move;
  const now = await fs.info(target);
  if (now === undefined) return before === undefined ? 'before' : files.length === 0 ? 'after' : 'else';
  if (isFolder(move)) return 'after';
  const bytes = now.kind === 'file' ? await fs.readBytes(target) : undefined;
  const [found, old] = [bytes && digestOf(bytes), before && digestOf(Buffer.from(before.base64, 'base64'))];
  // Where the content stays, the executable bit is the change.
  if (files.some(({ digest, executable }) => digest === found && (found !== old || executable === now.executable))) return 'after';
  return found !== undefined && found === old ? 'before' : 'else';
}

async function areStaged(moves: readonly Move[], fs: FileSystem): Promise<boolean> {
  const files = moves.flatMap(({ staged, files: inside }) => inside.map((file) => ({ ...file, path: join(staged, file.path) })));
  return (await inLanes(files, ({ path, digest }) => holds(path, digest, fs))).every(Boolean);
}

async function holds(path: string, digest: string, fs: FileSystem): Promise<boolean> {
  const isFile = (await fs.info(path))?.kind === 'file';
  const bytes = isFile ? await fs.readBytes(path) : undefined;
  return bytes !== undefined && digestOf(bytes) === digest;
}

/** False where it cannot be: then there is still the way back. */
async function finished(moves: readonly Move[], fs: FileSystem): Promise<boolean> {
  try {
    for (const move of moves) await makeMove(move, fs);
    return true;
  } catch {
    return false;
  }
}

/** One step from before to after. */
export async function makeMove({ target, staged, files }: Move, fs: FileSystem): Promise<void> {
  await (files.length === 0 ? fs.removeFile(target) : fs.rename(staged, target));
}

async function takeBack(move: Move, fs: FileSystem): Promise<void> {
  const { target, before } = move;
  if (isFolder(move)) return removeFolders(move, fs);
  if (before === undefined) return fs.removeFile(target);
  const old = oldPath(move);
  await fs.removeFile(old);
  await createFolders(fs, dirname(target));
  await fs.createFile(old, Buffer.from(before.base64, 'base64'), { executable: before.executable });
  await fs.rename(old, target);
}

/** The files that were put there, if nobody changed them, and the folders that are empty then. */
async function removeFolders({ target, files, folders }: Move, fs: FileSystem): Promise<void> {
  for (const { path, digest } of files) if (await holds(join(target, path), digest, fs)) await fs.removeFile(join(target, path));
  for (const folder of [...folders].reverse()) await fs.removeFolder(join(target, folder));
}

async function settle(moves: readonly Move[], fs: FileSystem): Promise<void> {
  await inLanes(moves, async (move) => {
    await removeTree(fs, move.staged);
    await fs.removeFile(oldPath(move));
  });
  await flushMoves(moves, fs);
}

function isFolder({ folders }: Move): boolean {
  return folders.length > 0;
}

function oldPath({ staged }: Move): string {
  return `${staged}.old`;
}
