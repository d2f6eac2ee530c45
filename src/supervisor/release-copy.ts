import { constants, cp, readdir, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Not copied: what is installed is shared with the folder, history and hidden folders are not needed to run. */
const LEFT_OUT = new Set(['node_modules', 'coverage']);
const MOST_FILES = 3_000;
const MOST_BYTES = 50 * 1024 * 1024;

/**
 * A copy of a built service to run from, so that an edit or a broken build of the folder does not reach what is deployed, not even
 * after a crash. It lies inside the service's `node_modules`: there Node finds the installed packages as it does from the folder
 * itself, and no tool takes it for source.
 * @returns the copy's folder; undefined where the service is none of Node's or too large to copy at each deploy, and runs in place
 */
export async function copyRelease(folder: string, id: string): Promise<string | undefined> {
  if ((await stat(join(folder, 'package.json')).catch(() => undefined)) === undefined) return undefined;
  if (!(await isSmall(folder))) return undefined;
  const copy = join(releasesOf(folder), id);
  await rm(copy, { recursive: true, force: true });
  // Copied entry by entry: `cp` refuses a target below its source.
  for (const name of await readdir(folder)) {
    if (!isWanted(name)) continue;
    await cp(join(folder, name), join(copy, name), {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (source) => relative(folder, source).split(sep).every(isWanted),
    });
  }
  return copy;
}

/** Removes all copies but these. */
export async function keepOnly(folder: string, ids: readonly string[]): Promise<void> {
  for (const name of await readdir(releasesOf(folder)).catch(() => [])) {
    if (!ids.includes(name)) await rm(join(releasesOf(folder), name), { recursive: true, force: true });
  }
}

function releasesOf(folder: string): string {
  return join(folder, 'node_modules', '.svckit', 'releases');
}

function isWanted(name: string): boolean {
  return !LEFT_OUT.has(name) && !(name.startsWith('.') && name !== '.env');
}

async function isSmall(folder: string): Promise<boolean> {
  const budget = { files: MOST_FILES, bytes: MOST_BYTES };
  return fits(folder, budget);
}

async function fits(folder: string, budget: { files: number; bytes: number }): Promise<boolean> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!isWanted(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!(await fits(path, budget))) return false;
    } else {
      budget.files -= 1;
      budget.bytes -= (await stat(path)).size;
      if (budget.files < 0 || budget.bytes < 0) return false;
    }
  }
  return true;
}
