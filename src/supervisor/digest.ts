import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Service } from '../workspace/workspace.ts';

/** Decide how a service is built and run, beside what its Score file says is watched. */
const ALWAYS = ['score.yaml', 'package.json', 'package-lock.json'];
/** Made by builds and installs, where a Score file does not say what is watched. */
const MADE = new Set(['node_modules', 'dist', 'build', 'target', 'coverage', '.git', '.svc']);

/** What a service is built from, in one word: it changes with any byte of any of these files. */
export async function digestOf(service: Service): Promise<string> {
  const watched = service.workload?.watch ?? [];
  const files = (
    await Promise.all([...new Set([...ALWAYS, ...(watched.length > 0 ? watched : ['.'])])].map((path) => filesUnder(service.folder, path)))
  ).flat();
  const hash = createHash('sha256');
  for (const file of [...new Set(files)].sort()) {
    const content = await readFile(join(service.folder, file)).catch(() => undefined);
    if (content !== undefined) hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

async function filesUnder(folder: string, path: string): Promise<readonly string[]> {
  const entries = await readdir(join(folder, path), { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [path];
  const found = await Promise.all(
    entries
      .filter(({ name }) => !MADE.has(name))
      .map((entry) => {
        const inner = join(path, entry.name);
        return entry.isDirectory() ? filesUnder(folder, inner) : entry.isFile() ? [inner] : [];
      }),
  );
  return found.flat();
}
