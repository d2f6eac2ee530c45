import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Service } from '../workspace/workspace.ts';

/** Editors write a file in several steps; within this time they are one edit. */
const SETTLE_MS = 30;
export interface Watcher {
  changed(): void;
  /** Told why edits may be missed. */
  trouble(reason: string): void;
}

/** The names in a folder whose edits matter. */
type Names = ReadonlySet<string> | 'all';

const NOT_WATCHED = new Set(['node_modules', '.git']);

/**
 * Calls `changed` after each edit of what the service is built from, until the returned function is called.
 * Folders are watched, never files: an editor that saves by renaming replaces the file that one would be looking at. Each folder is
 * watched by itself, because Node's recursive watching on Linux looks at files, too.
 */
export async function watchService(service: Service, tell: Watcher): Promise<() => void> {
  const paths = ['score.yaml', ...(service.workload?.watch ?? [])].map((path) => join(service.folder, path));
  const watchers = new Map<string, FSWatcher>();
  let settling: NodeJS.Timeout | undefined;
  let closed = false;

  const edited = () => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      tell.changed();
      void look();
    }, SETTLE_MS);
  };
  /** Watches the folders that are there now: they come and go with edits. */
  const look = async () => {
    const folders = await foldersOf(paths);
    for (const folder of [...watchers.keys()]) if (!folders.has(folder)) forget(folder);
    for (const [folder, names] of folders) if (!closed && !watchers.has(folder)) watchFolder(folder, names);
  };
  const watchFolder = (folder: string, names: Names) => {
    try {
      watchers.set(folder, watched(folder, names, { edited, gone: () => forget(folder) }));
    } catch (error) {
      // A folder that vanished meanwhile is no trouble; a system that can watch no more is.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') tell.trouble(`${folder} cannot be watched: ${error}`);
    }
  };
  const forget = (folder: string) => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  await look();
  return () => {
    closed = true;
    clearTimeout(settling);
    for (const watcher of watchers.values()) watcher.close();
  };
}

function watched(folder: string, names: Names, tell: { edited(): void; gone(): void }): FSWatcher {
  const watcher = watch(folder, (kind, name) => {
    // The folder itself was removed or moved, perhaps to be made again: another one by the same name needs another watcher.
    if (kind === 'rename' && name === basename(folder)) tell.gone();
    if (names === 'all' || name === null || names.has(name) || name === basename(folder)) tell.edited();
  });
  return watcher.on('error', tell.gone);
}

/** The folders to watch, each with the names in it that matter. */
async function foldersOf(paths: readonly string[]): Promise<ReadonlyMap<string, Names>> {
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
