import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { applyPlan } from '../plan/apply.ts';
import { type Journal, type JournalEntry, type Recovery, recoverEntry } from '../plan/journal.ts';
import type { Plan } from '../plan/plan.ts';
import { physicalPath } from '../plan/stage.ts';
import { createFolders, replaceFile } from '../plan/write-file.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { removeLeftovers } from './leftovers.ts';
import { lockOf, withLock } from './lock.ts';

/**
 * Carries out a plan alone on its root, with a journal in the user's state folder. What an earlier run left half done there is
 * ended first.
 * @throws SvcError as `applyPlan`, and plan/busy naming who else works there
 */
export async function carryOut(plan: Plan, runtime: Runtime): Promise<void> {
  const place = await placeOf(plan.root, runtime);
  await withLock(lockOf(place.key, plan.root, runtime), runtime, async () => {
    await removeLeftovers(place.journal.file, runtime.fs);
    await recoverFrom(place.journal, runtime);
    const { fs, signal } = runtime;
    await applyPlan(plan, { fs, signal, journal: place.journal, token: runtime.token(8) });
  });
}

/**
 * Ends what an interrupted run left half done below this folder: called before a command looks at the folder.
 * @returns what was done, or undefined where nothing was left
 * @throws SvcError plan/busy where that run is still at work
 */
export async function recover(root: string, runtime: Runtime): Promise<Recovery | undefined> {
  const place = await placeOf(root, runtime);
  if ((await runtime.fs.info(place.journal.file)) === undefined) return undefined;
  return withLock(lockOf(place.key, root, runtime), runtime, () => recoverFrom(place.journal, runtime));
}

interface FileJournal extends Journal {
  readonly file: string;
}

interface Place {
  readonly key: string;
  readonly journal: FileJournal;
}

async function placeOf(root: string, runtime: Runtime): Promise<Place> {
  const path = await physicalPath(root, runtime.fs);
  const key = createHash('sha256').update(path).digest('hex').slice(0, 16);
  return { key, journal: fileJournal(key, runtime) };
}

function fileJournal(key: string, { fs, paths, token }: Runtime): FileJournal {
  const folder = join(paths.state, 'plans');
  const file = join(folder, `${key}.json`);
  return {
    file,
    async write(entry) {
      await createFolders(fs, folder);
      await replaceFile(fs, { path: file, temporary: `${file}.${token(8)}` }, { content: JSON.stringify(entry), private: true });
    },
    async clear() {
      await fs.removeFile(file);
      // Else a power cut could bring it back, and a later run would undo what was reported as done.
      await fs.syncFolder(folder);
    },
  };
}

async function recoverFrom(journal: FileJournal, { fs }: Runtime): Promise<Recovery | undefined> {
  const text = await fs.readText(journal.file);
  if (text === undefined) return undefined;
  const recovery = await recoverEntry(JSON.parse(text) as JournalEntry, fs);
  await journal.clear();
  return recovery;
}
