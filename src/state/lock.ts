import { basename, dirname, join } from 'node:path';
import { SvcError } from '../errors.ts';
import { createFolders } from '../plan/write-file.ts';
import type { ProcessIdentity, Runtime } from '../runtime/runtime.ts';

/** Who works on something, and since when. */
export interface Holder extends ProcessIdentity {
  readonly since: string;
  readonly token: string;
}

export interface LockName {
  /** Absolute path of the lock's file. */
  readonly file: string;
  /** What is locked, for the message: a folder. */
  readonly what: string;
}

/** A lock's file is written at once after it is made; one that stays unreadable for this long is left from a crash. */
const READING_PATIENCE_MS = 1_000;
const READING_PAUSE_MS = 50;

/**
 * Does `work` while nobody else who asks for the same lock does. A lock whose holder has ended is taken over.
 * @throws SvcError plan/busy naming the holder
 */
export async function withLock<T>(lock: LockName, runtime: Runtime, work: () => Promise<T>): Promise<T> {
  const token = await take(lock, runtime);
  try {
    return await work();
  } finally {
    if ((await holderOf(lock.file, runtime))?.token === token) await runtime.fs.removeFile(lock.file).catch(() => undefined);
  }
}

async function take(lock: LockName, runtime: Runtime): Promise<string> {
  await createFolders(runtime.fs, dirname(lock.file));
  const self = await runtime.processAt();
  const mine = JSON.stringify({ ...self, since: runtime.now().toISOString(), token: runtime.token(8) });
  while (!(await placed(lock.file, mine, runtime))) {
    const holder = await holderOf(lock.file, runtime);
    if (holder && (await isAtWork(holder, runtime))) throw busy(lock.what, holder, runtime.now());
    await clearAway(lock.file, holder, runtime);
  }
  await sweepAside(lock.file, runtime);
  return (JSON.parse(mine) as Holder).token;
}

/** True where the lock is ours now, false where one is there. */
async function placed(file: string, content: string, { fs }: Runtime): Promise<boolean> {
  if ((await fs.info(file)) !== undefined) return false;
  try {
    await fs.createFile(file, content, { private: true, volatile: true });
    return true;
  } catch (error) {
    // Another run was faster, or the disk refused and left a part of the file that is ours to remove.
    const found = await fs.readText(file);
    if (found !== undefined && found !== '' && !content.startsWith(found)) return false;
    if (error instanceof SvcError && error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'EEXIST') return false;
    await fs.removeFile(file).catch(() => undefined);
    throw error;
  }
}

/** Moves a left-over lock aside before it is removed, and puts it back where a faster run has renewed it in between. */
async function clearAway(file: string, seen: Holder | undefined, { fs, token }: Runtime): Promise<void> {
  const aside = `${file}.${token(8)}`;
  if ((await fs.info(file)) === undefined) return;
  await fs.rename(file, aside);
  const moved = await fs.readText(aside);
  if (moved !== undefined && parsed(moved)?.token !== seen?.token)
    await fs.createFile(file, moved, { private: true, volatile: true }).catch(() => undefined);
  await fs.removeFile(aside);
}

/** Removes what a kill left in the middle of `clearAway`. The lock of somebody at work is on its way back to its place, and stays. */
async function sweepAside(file: string, runtime: Runtime): Promise<void> {
  const { fs } = runtime;
  const names = ((await fs.list(dirname(file))) ?? []).map(({ name }) => name).filter((name) => name.startsWith(`${basename(file)}.`));
  for (const name of names) {
    const aside = join(dirname(file), name);
    const holder = parsed((await fs.readText(aside)) ?? '');
    if (!holder || !(await isAtWork(holder, runtime))) await fs.removeFile(aside);
  }
}

async function holderOf(file: string, { fs }: Runtime): Promise<Holder | undefined> {
  for (let waited = 0; ; waited += READING_PAUSE_MS) {
    const text = await fs.readText(file);
    const holder = text === undefined ? undefined : parsed(text);
    if (text === undefined || holder || waited >= READING_PATIENCE_MS) return holder;
    await new Promise((resolve) => setTimeout(resolve, READING_PAUSE_MS));
  }
}

function parsed(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'token' in value ? (value as Holder) : undefined;
  } catch {
    return undefined;
  }
}

/** A process of another machine (a shared home folder) cannot be asked: it counts as at work. */
async function isAtWork(holder: Holder, runtime: Runtime): Promise<boolean> {
  const self = await runtime.processAt();
  if (self?.host !== holder.host) return true;
  const now = await runtime.processAt(holder.id);
  return now !== undefined && (now.startedAt === holder.startedAt || now.startedAt === '' || holder.startedAt === '');
}

function busy(what: string, { id, host, since }: Holder, now: Date): SvcError {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(since)) / 1_000));
  return new SvcError('plan/busy', `Another svc is writing to ${what}: process ${id} on ${host}, since ${seconds} s (${since})`, {
    hint: `Wait until it has ended, or end it: kill ${id}`,
  });
}

/** The lock of all that is written below a folder. */
export function lockOf(key: string, folder: string, runtime: Runtime): LockName {
  return { file: join(runtime.paths.state, 'plans', `${key}.lock`), what: folder };
}
