import { dirname } from 'node:path';
import type { FileSystem } from '../runtime/runtime.ts';
import type { Content } from './plan.ts';

/**
 * Writes a file in one step: readers see the old content or the new one, never a part, also after a power cut. A failure leaves
 * the old file and nothing beside it.
 * @param temporary a path in the same folder that nobody else uses
 */
export async function replaceFile(
  fs: FileSystem,
  target: { readonly path: string; readonly temporary: string },
  file: { readonly content: Content; readonly executable?: boolean; readonly private?: boolean },
): Promise<void> {
  const { content, ...options } = file;
  try {
    await fs.createFile(target.temporary, content, options);
    await fs.rename(target.temporary, target.path);
  } catch (error) {
    await fs.removeFile(target.temporary).catch(() => undefined);
    throw error;
  }
  await fs.syncFolder(dirname(target.path));
}

/** Makes a folder and those above it. Returns the ones that were not there, from the outermost in. */
export async function createFolders(fs: FileSystem, path: string): Promise<readonly string[]> {
  if ((await fs.info(path)) !== undefined || dirname(path) === path) return [];
  const above = await createFolders(fs, dirname(path));
  return (await fs.createFolder(path)) ? [...above, path] : above;
}

/** Removes what is at this path, with all that is inside; a link is removed, not followed. */
export async function removeTree(fs: FileSystem, path: string): Promise<void> {
  const kind = (await fs.info(path))?.kind;
  if (kind === undefined) return;
  if (kind !== 'folder') return fs.removeFile(path);
  for (const { name } of (await fs.list(path)) ?? []) await removeTree(fs, `${path}/${name}`);
  await fs.removeFolder(path);
}
