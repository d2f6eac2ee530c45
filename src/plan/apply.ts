import { SvcError } from '../errors.ts';
import type { FileSystem } from '../runtime/runtime.ts';
import { flushMoves, type Journal, type Move, makeMove, undoMoves } from './journal.ts';
import { inLanes } from './lanes.ts';
import { type Plan, writesOf } from './plan.ts';
import { changed, type StagedFile, type Staging, stagingOf } from './stage.ts';

export interface ApplyTools {
  readonly fs: FileSystem;
  readonly signal: AbortSignal;
  readonly journal: Journal;
  /** Makes temporary names that nobody else uses. */
  readonly token: string;
}

/**
 * Carries out a plan: the only writer of users' files. All of it happens, or nothing: new content is written and flushed under
 * temporary names first, then moved into place. What fails or is interrupted by `signal` is undone here; what a kill or a power cut
 * interrupts is ended by `recoverEntry` in the next run.
 * @throws SvcError plan/unsafe-path, plan/conflict, file/unwritable, file/disk-full, input/cancelled; nothing is changed then
 */
export async function applyPlan(plan: Plan, tools: ApplyTools): Promise<void> {
  const staging = await stagingOf(plan, writesOf(plan), tools);
  const { moves } = staging;
  if (moves.length === 0) return;
  try {
    await tools.journal.write({ moves });
    await stage(staging, tools);
    for (const move of moves) await switchOver(move, tools);
    await flushMoves(moves, tools.fs);
  } catch (error) {
    throw told(error, moves, await undo(moves, tools));
  }
  // All is in place: a journal that cannot be removed does no harm, and the next run sees that.
  await tools.journal.clear().catch(() => undefined);
}

/** Nothing of it is visible, so folders need no flush yet: the journal undoes it, wherever it ends. */
async function stage({ folders, files }: Staging, tools: ApplyTools): Promise<void> {
  for (const folder of folders) {
    stopIfAsked(tools.signal);
    await tools.fs.createFolder(folder);
  }
  await inLanes(files, (file) => createStaged(file, tools));
}

async function createStaged(file: StagedFile, { fs, signal }: ApplyTools): Promise<void> {
  stopIfAsked(signal);
  await fs.createFile(file.path, file.content, { executable: file.executable });
}

async function switchOver(move: Move, { fs, signal }: ApplyTools): Promise<void> {
  stopIfAsked(signal);
  if (move.before === undefined && (await fs.info(move.target)) !== undefined) throw changed(move.target, 'something appeared there');
  await makeMove(move, fs);
}

/** False where even that fails: the journal stays then, and the next run ends the work. */
async function undo(moves: readonly Move[], { fs, journal }: ApplyTools): Promise<boolean> {
  try {
    await undoMoves(moves, fs);
    await journal.clear();
    return true;
  } catch {
    // The first failure is the one to tell.
    return false;
  }
}

/** The failure in the words of the plan: what the file will be called, and what became of the rest. */
function told(error: unknown, moves: readonly Move[], undone: boolean): unknown {
  if (!(error instanceof SvcError) || !error.code.startsWith('file/')) return error;
  const message = moves.reduce((text, { staged, target }) => text.replace(staged, target), error.message);
  const rest = undone ? 'Nothing was changed' : 'What was begun is undone or finished by the next run';
  return new SvcError(error.code, `${message}\n${rest}.`, { hint: error.hint, cause: error });
}

function stopIfAsked(signal: AbortSignal): void {
  if (signal.aborted) throw new SvcError('input/cancelled', 'Interrupted: nothing was changed', { hint: 'Run the command again' });
}
