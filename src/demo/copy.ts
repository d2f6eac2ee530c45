import { join } from 'node:path';
import { createFolders } from '../plan/write-file.ts';
import type { FileSystem } from '../runtime/runtime.ts';

/** Made by installs and builds: whoever copies sources leaves them behind. */
const MADE = new Set(['node_modules', 'dist', 'coverage']);

/** Copies the sources in a folder. */
export async function copySources(from: string, to: string, fs: FileSystem): Promise<void> {
  await createFolders(fs, to);
  for (const { name, kind } of (await fs.list(from)) ?? []) {
    if (MADE.has(name)) continue;
    if (kind === 'folder') await copySources(join(from, name), join(to, name), fs);
    else await copyFile(join(from, name), join(to, name), fs);
  }
}

async function copyFile(from: string, to: string, fs: FileSystem): Promise<void> {
  const [info, content] = await Promise.all([fs.info(from), fs.readBytes(from)]);
  if (content) await fs.createFile(to, content, { executable: info?.executable ?? false, volatile: true });
}
