import { dirname } from 'node:path';
import { SvcError } from '../errors.ts';
import type { FileSystem } from '../runtime/runtime.ts';
import { discard, type Journal, type Move, takeBack } from './journal.ts';
import { type Plan, writesOf } from './plan.ts';
import { changed, type StagedFile, type Staging, stagingOf } from './stage.ts';

export interface ApplyTools {
  readonly fs: FileSystem;
  readonly signal: AbortSignal;
  readonly journal: Journal;
  /** Makes temporary names that nobody else uses. */
  readonly token: string;
}

/** Files written side by side: waiting for the disk is most of the work. */
const LANES = 4;

/**
 * Carries out a plan: the only writer of users' files. All of it happens, or nothing: new content is written and flushed under
 * temporary names first, then moved into place. What fails or is interrupted by `signal` is undone here; what a kill or a power cut
 * interrupts is ended by `recoverEntry` in the next run.
 * @throws SvcError plan/unsafe-path, plan/conflict, file/unwritable, file/disk-full, input/cancelled; nothing is changed then
 */
export async function applyPlan(plan: Plan, tools: ApplyTools): Promise<void> {
  const staging = await stagingOf(plan, writesOf(plan), tools);
  if (staging.moves.length === 0) return;
  await tools.journal.write({ phase: 'stage', moves: staging.moves });
  const moved: Move[] = [];
  try {
    await stage(staging, tools);
    await tools.journal.write({ phase: 'switch', moves: staging.moves });
    for (const move of staging.moves) await switchOver(move, moved, tools);
    await flushParents(staging.moves, tools.fs);
  } catch (error) {
    throw told(error, staging.moves, await undo(staging, moved, tools));
  }
  await tidy(staging.moves, tools);
}

async function stage(staging: Staging, tools: ApplyTools): Promise<void> {
  for (const folder of staging.folders) {
    stopIfAsked(tools.signal);
    await tools.fs.createFolder(folder);
  }
  await inLanes([...staging.backups, ...staging.files], (file) => createStaged(file, tools));
  for (const folder of staging.folders) await tools.fs.syncFolder(folder);
  await flushParents(staging.moves, tools.fs);
}

async function createStaged(file: StagedFile, { fs, signal }: ApplyTools): Promise<void> {
  stopIfAsked(signal);
  await fs.createFile(file.path, file.content, { executable: file.executable });
}

async function switchOver(move: Move, moved: Move[], { fs, signal }: ApplyTools): Promise<void> {
  stopIfAsked(signal);
  if (move.backup === undefined && (await fs.info(move.target)) !== undefined) throw changed(move.target, 'something appeared there');
  await (move.removes ? fs.rename(move.target, move.staged) : fs.rename(move.staged, move.target));
  moved.push(move);
}

/** Takes the moves back, last first. False where even that fails: the journal stays then, and the next run ends the work. */
async function undo(staging: Staging, moved: readonly Move[], { fs, journal }: ApplyTools): Promise<boolean> {
  try {
    for (const move of [...moved].reverse()) await takeBack(move, fs);
    // From here on it must not be finished any more, even where a full disk takes no new entry.
    await journal.write({ phase: 'stage', moves: staging.moves }).catch(() => journal.clear());
    await discard(staging.moves, fs);
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

/** All is in place: what cannot be tidied up now does no harm, and the next run does it. */
async function tidy(moves: readonly Move[], { fs, journal }: ApplyTools): Promise<void> {
  try {
    await discard(moves, fs);
    await journal.clear();
  } catch {
    // See above.
  }
}

async function flushParents(moves: readonly Move[], fs: FileSystem): Promise<void> {
  for (const folder of new Set(moves.map((move) => dirname(move.target)))) await fs.syncFolder(folder);
}

/** Runs `work` on every item, a few at a time. After a failure no further item is begun, and those under way are waited for. */
async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const failures: unknown[] = [];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined && failures.length === 0; item = left.shift()) {
      await work(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  if (failures.length > 0) throw failures[0];
}

function stopIfAsked(signal: AbortSignal): void {
  if (signal.aborted) throw new SvcError('input/cancelled', 'Interrupted: nothing was changed', { hint: 'Run the command again' });
}
