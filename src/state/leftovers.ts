import { basename, dirname, join } from 'node:path';
import type { FileSystem } from '../runtime/runtime.ts';

/** Removes the temporary files that kills left beside a file: those whose names begin with its own and a dot. */
export async function removeLeftovers(file: string, fs: FileSystem): Promise<void> {
  const beside = (await fs.list(dirname(file))) ?? [];
  for (const { name } of beside) if (name.startsWith(`${basename(file)}.`)) await fs.removeFile(join(dirname(file), name));
}
