import { basename, dirname, join } from 'node:path';
import { createFolders, replaceFile } from '../../plan/write-file.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { asideIn } from './cache.ts';

/** What nobody read for this long is fetched again where it is wanted after all. */
const KEPT_DAYS = 60;
const DAY_MS = 86_400_000;

/** A commit of a repository, or a package: what is kept of one place beside small answers. */
const ENTRY = /^([0-9a-f]{40}|[0-9a-f]{64}|.+\.tgz)$/;

/** Notes that this commit or package of the cache is in use. A cache that cannot be written is none the worse to read. @param entry its absolute path */
export async function noteUse(entry: string, runtime: Runtime): Promise<void> {
  await writeMark(entry, runtime).catch(() => undefined);
}

/**
 * Notes that this is new in the cache, and removes what was not used for 60 days, wherever it came from. A run that reads such a thing
 * at that moment fetches it anew. A cache that cannot be tidied does not stop anybody.
 * @param entry its absolute path
 */
export async function noteFetch(entry: string, runtime: Runtime): Promise<void> {
  await noteUse(entry, runtime);
  await prune(dirname(dirname(entry)), runtime).catch(() => undefined);
}

async function prune(all: string, runtime: Runtime): Promise<void> {
  for (const place of (await runtime.fs.list(all)) ?? []) {
    const home = join(all, place.name);
    const entries = place.kind === 'folder' ? ((await runtime.fs.list(home)) ?? []) : [];
    for (const { name } of entries) if (ENTRY.test(name)) await pruneEntry(join(home, name), runtime);
  }
}

async function writeMark(entry: string, { fs, now, token }: Runtime): Promise<void> {
  const mark = markOf(entry);
  const today = now().toISOString().slice(0, 10);
  if ((await fs.readText(mark)) === today) return;
  await createFolders(fs, dirname(mark));
  await replaceFile(fs, { path: mark, temporary: `${mark}.${token(8)}` }, { content: today });
}

async function pruneEntry(entry: string, runtime: Runtime): Promise<void> {
  const { fs } = runtime;
  const used = await fs.readText(markOf(entry));
  // From before uses were noted: its time begins now.
  if (used === undefined) return writeMark(entry, runtime);
  if (!(Date.parse(used) < runtime.now().getTime() - KEPT_DAYS * DAY_MS)) return;
  // Gone in one step, whatever happens while it is removed.
  await asideIn(dirname(entry), runtime, (aside) => fs.rename(entry, join(aside, 'old')));
  await fs.removeFile(markOf(entry));
}

function markOf(entry: string): string {
  return join(dirname(entry), 'used', basename(entry));
}
