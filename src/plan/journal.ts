import { dirname } from 'node:path';
import type { FileSystem } from '../runtime/runtime.ts';
import { removeTree } from './write-file.ts';

/**
 * One rename that makes a part of a plan visible: a new file, a new folder with all in it, or a new version of a file.
 * Paths are absolute.
 */
export interface Move {
  readonly target: string;
  /** Where the new content waits, in the same folder as the target. */
  readonly staged: string;
  /** Where the old content waits, when the target is replaced. */
  readonly backup?: string;
  /** The target goes away: it is moved to `staged`, where nothing waits before. */
  readonly removes?: true;
}

/**
 * What is being written, recorded before the first file: `stage` until all new content is on disk, then `switch` while it is
 * moved into place. So an interrupted run can be undone from `stage` and finished from `switch`.
 */
export interface JournalEntry {
  readonly phase: 'stage' | 'switch';
  readonly moves: readonly Move[];
}

/** Where entries are kept between runs. */
export interface Journal {
  write(entry: JournalEntry): Promise<void>;
  clear(): Promise<void>;
}

export type Recovery = 'undone' | 'finished';

/** Ends what an interrupted run has begun. May itself be interrupted, and run again. */
export async function recoverEntry(entry: JournalEntry, fs: FileSystem): Promise<Recovery> {
  if (entry.phase === 'stage') {
    await discard(entry.moves, fs);
    return 'undone';
  }
  for (const move of entry.moves) await finish(move, fs);
  await discard(entry.moves, fs);
  return 'finished';
}

/** Removes what waits beside the targets. The targets themselves are not touched. */
export async function discard(moves: readonly Move[], fs: FileSystem): Promise<void> {
  for (const { staged, backup } of moves) {
    await removeTree(fs, staged);
    if (backup !== undefined) await fs.removeFile(backup);
  }
}

async function finish(move: Move, fs: FileSystem): Promise<void> {
  const { target, staged, removes } = move;
  const [from, to] = removes ? [target, staged] : [staged, target];
  if ((await fs.info(from)) === undefined || !(await isAsItWas(move, fs))) return;
  await fs.rename(from, to);
  await fs.syncFolder(dirname(target));
}

/** What somebody put at the target since then is their work: it stays, and what waited is thrown away. */
async function isAsItWas({ target, backup }: Move, fs: FileSystem): Promise<boolean> {
  if ((await fs.info(target)) === undefined) return true;
  const [now, before] = backup === undefined ? [] : [await fs.readBytes(target), await fs.readBytes(backup)];
  return now !== undefined && before !== undefined && Buffer.from(now).equals(before);
}

/** The way back of one move, by renames alone: they need no room on a full disk, and a crash between them can still be finished. */
export async function takeBack({ target, staged, backup, removes }: Move, fs: FileSystem): Promise<void> {
  if (removes) return fs.rename(staged, target);
  await fs.rename(target, staged);
  if (backup !== undefined) await fs.rename(backup, target);
}
