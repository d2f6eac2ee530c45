import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createFolders, replaceFile } from '../../plan/write-file.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/** Where what was fetched from one place is kept: by what it is, so that it never changes once it is there. */
export function cacheFolder(kind: 'git' | 'npm', place: string, { paths }: Runtime): string {
  return join(paths.cache, 'templates', kind, hashOf(place));
}

/** Short enough for a name of a folder. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/**
 * Does `work` in a fresh folder below the cache, which is gone afterwards: what is wanted of it is renamed to where it belongs. Two
 * runs at once thus never see half of anything. What killed runs left is cleared away.
 */
export async function asideIn<T>(folder: string, runtime: Runtime, work: (aside: string) => Promise<T>): Promise<T> {
  const { fs, pid, token } = runtime;
  await createFolders(fs, folder);
  const mine = await asideOfThisMachine(runtime);
  await clearLeftovers(folder, mine, runtime);
  const aside = join(folder, `${mine}${pid}-${token(8)}`);
  await fs.createFolder(aside);
  try {
    return await work(aside);
  } finally {
    await fs.removeTree(aside);
  }
}

/** Process ids mean nothing on another machine, or in another container, that shares the cache. */
async function asideOfThisMachine({ processAt }: Runtime): Promise<string> {
  return `new-${hashOf((await processAt())?.host ?? '').slice(0, 8)}-`;
}

async function clearLeftovers(folder: string, mine: string, { fs, processAt }: Runtime): Promise<void> {
  for (const { name } of (await fs.list(folder)) ?? []) {
    const [, owner] = name.startsWith(mine) ? (/^(\d+)-/.exec(name.slice(mine.length)) ?? []) : [];
    if (owner !== undefined && (await processAt(Number(owner))) === undefined) await fs.removeTree(join(folder, name));
  }
}

/** Keeps a small answer for when the network is away. */
export async function keepAnswer(path: string, answer: unknown, { fs, token }: Runtime): Promise<void> {
  const content = `${JSON.stringify(answer)}\n`;
  if ((await fs.readText(path)) === content) return;
  await createFolders(fs, join(path, '..'));
  await replaceFile(fs, { path, temporary: `${path}.${token(8)}` }, { content });
}

/** Undefined where nothing was kept, or what is there cannot be read. */
export async function keptAnswer(path: string, { fs }: Runtime): Promise<unknown> {
  try {
    return JSON.parse((await fs.readText(path)) ?? '');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
