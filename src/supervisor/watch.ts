import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Service } from '../workspace/workspace.ts';

/** Editors write a file in several steps; within this time they are one edit. */
const SETTLE_MS = 30;
const NOT_WATCHED = new Set(['node_modules', '.git']);

/**
 * Calls `changed` after each edit of what the service is built from, until the returned function is called.
 * Folders are watched, never files: an editor that saves by renaming replaces the file that one would be looking at. Each folder is
 * watched by itself, because Node's recursive watching on Linux looks at files, too.
 */
export async function watchService(service: Service, changed: () => void): Promise<() => void> {
  const paths = ['score.yaml', ...(service.workload?.watch ?? [])].map((path) => join(service.folder, path));
  const watchers = new Map<string, FSWatcher>();
  let settling: NodeJS.Timeout | undefined;
  let closed = false;

  const edited = () => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      changed();
      void look();
    }, SETTLE_MS);
  };
  /** Watches the folders that are there now: they come and go with edits. */
  const look = async () => {
    const folders = await foldersOf(paths);
    for (const [folder, watcher] of watchers) if (!folders.has(folder)) watchers.delete(folder) && watcher.close();
    for (const [folder, names] of folders) if (!closed && !watchers.has(folder)) watchers.set(folder, watchFolder(folder, names, edited));
  };
  await look();
  return () => {
    closed = true;
    clearTimeout(settling);
    for (const watcher of watchers.values()) watcher.close();
  };
}

function watchFolder(folder: string, names: ReadonlySet<string> | 'all', edited: () => void): FSWatcher {
  const watcher = watch(folder, (_, name) => {
    if (names === 'all' || name === null || names.has(name)) edited();
  });
  // A folder that vanished: what removed it is an edit of the folder above.
  return watcher.on('error', () => watcher.close());
}

/** The folders to watch, each with the names in it that matter. */
async function foldersOf(paths: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string> | 'all'>> {
  const folders = new Map<string, Set<string> | 'all'>();
  for (const path of paths) {
    const trees = await tree(path);
    for (const folder of trees) folders.set(folder, 'all');
    const names = folders.get(dirname(path)) ?? new Set<string>();
    // A folder is looked for in its parent, too: it may be made later.
    if (names !== 'all') folders.set(dirname(path), names.add(basename(path)));
  }
  return folders;
}

/** A folder and all below it; nothing where the path is a file or not there. */
async function tree(path: string): Promise<readonly string[]> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isDirectory()) return [];
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const below = entries.filter((entry) => entry.isDirectory() && !NOT_WATCHED.has(entry.name));
  return [path, ...(await Promise.all(below.map(({ name }) => tree(join(path, name))))).flat()];
}
