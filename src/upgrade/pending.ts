import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { SvcError } from '../errors.ts';
import type { Change, Write } from '../plan/plan.ts';
import { physicalPath } from '../plan/stage.ts';
import { createFolders, replaceFile } from '../plan/write-file.ts';
import type { FileSystem, Runtime } from '../runtime/runtime.ts';
import { recover } from '../state/carry-out.ts';
import { removeLeftovers } from '../state/leftovers.ts';
import { type LockName, lockOf } from '../state/lock.ts';
import { BASE_PATH } from '../template/base.ts';
import { LOCK_PATH } from '../template/lock.ts';
import type { FileChange } from './plan-upgrade.ts';
import { serviceFolder } from './service.ts';

/** An upgrade that waits for the user to settle conflicts. Kept in the user's state folder, never in the repository. */
export interface Pending {
  readonly name: string;
  readonly folder: string;
  readonly root: string;
  /** `from` is absent where no template made it before. */
  readonly template: { readonly name: string; readonly from?: string; readonly to: string };
  /** `begun` until the files are written. */
  readonly phase: 'begun' | 'written';
  readonly files: readonly FileChange[];
  /** How each file that the upgrade wrote was before. */
  readonly before: readonly Before[];
  /** What is recorded when it is finished. */
  readonly own: { readonly lock: string; readonly baseBase64: string };
}

export interface Before {
  readonly path: string;
  /** Absent where there was no file. */
  readonly base64?: string;
  readonly executable: boolean;
}

/** How the files of these writes are now, so that they can be put back. */
export function beforeOf(writes: readonly Write[], isExecutable: (path: string) => boolean): readonly Before[] {
  return writes.map((write) => ({
    path: write.path,
    ...(write.kind !== 'create' && { base64: Buffer.from(write.expected).toString('base64') }),
    executable: isExecutable(write.path),
  }));
}

/** Held while the state of a service's upgrade is read and written. */
export function upgradeLock(folder: string, runtime: Runtime): LockName {
  return lockOf(`upgrade-${keyOf(folder)}`, folder, runtime);
}

export async function savePending(pending: Pending, { fs, paths, token }: Runtime): Promise<void> {
  const path = fileOf(pending.folder, paths.state);
  await createFolders(fs, dirname(path));
  await removeLeftovers(path, fs);
  await replaceFile(fs, { path, temporary: `${path}.${token(8)}` }, { content: JSON.stringify(pending), private: true });
}

export async function dropPending(folder: string, { fs, paths }: Runtime): Promise<void> {
  const path = fileOf(folder, paths.state);
  await removeLeftovers(path, fs);
  await fs.removeFile(path);
}

/** The upgrade that is under way in this folder. One that a kill ended before its first file, or after its last, is forgotten. */
export async function loadPending(folder: string, runtime: Runtime): Promise<Pending | undefined> {
  const text = await runtime.fs.readText(fileOf(folder, runtime.paths.state));
  if (text === undefined) return undefined;
  const pending = JSON.parse(text) as Pending;
  if (pending.phase === 'begun') await recover(pending.root, runtime);
  const isOver = (await isRecorded(pending, runtime.fs)) || (pending.phase === 'begun' && (await isUntouched(pending, runtime.fs)));
  if (!isOver) return pending;
  await dropPending(folder, runtime);
  return undefined;
}

/**
 * The folder whose upgrade a path is in: a service that is being adopted has no lock yet.
 * @param from absolute
 * @throws SvcError workspace/no-service where nothing is under way and no template made what is there
 */
export async function folderUnderWay(from: string, runtime: Runtime): Promise<string> {
  const { fs, paths } = runtime;
  const start = await physicalPath(from, fs);
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    if ((await fs.info(fileOf(folder, paths.state))) !== undefined) return folder;
  }
  return serviceFolder(from, runtime);
}

/** @throws SvcError input/invalid where no upgrade is under way */
export async function requirePending(folder: string, runtime: Runtime): Promise<Pending> {
  const pending = await loadPending(folder, runtime);
  if (pending) return pending;
  throw new SvcError('input/invalid', `No upgrade is under way in ${folder}`, { hint: 'Begin one: svc upgrade' });
}

/** The way back: every file that the upgrade wrote, as it was before it. */
export async function changesBack({ root, before }: Pending, fs: FileSystem): Promise<readonly Change[]> {
  const changes = await Promise.all(before.map((each) => changeBack(root, each, fs)));
  return changes.flat();
}

async function changeBack(root: string, { path, base64, executable }: Before, fs: FileSystem): Promise<readonly Change[]> {
  const [info, current] = await Promise.all([fs.info(join(root, path)), fs.readBytes(join(root, path))]);
  const content = base64 === undefined ? undefined : Buffer.from(base64, 'base64');
  if (content === undefined) return current ? [{ kind: 'remove', path, expected: current }] : [];
  if (!current) return [{ kind: 'create', path, content, executable }];
  if (content.equals(current) && info?.executable === executable) return [];
  return [{ kind: 'replace', path, content, executable, expected: current }];
}

async function isUntouched(pending: Pending, fs: FileSystem): Promise<boolean> {
  return (await changesBack(pending, fs)).length === 0;
}

async function isRecorded({ folder, own }: Pending, fs: FileSystem): Promise<boolean> {
  const [lock, base] = await Promise.all([fs.readText(join(folder, LOCK_PATH)), fs.readBytes(join(folder, BASE_PATH))]);
  return lock === own.lock && base !== undefined && Buffer.from(base).toString('base64') === own.baseBase64;
}

/** Lines with a conflict marker that are left, as `path:line`. */
export async function markersLeft({ root, files }: Pending, fs: FileSystem): Promise<readonly string[]> {
  const disputed = files.filter(({ fate }) => fate === 'conflict');
  const found = await Promise.all(
    disputed.map(async ({ path }) => {
      const lines = ((await fs.readText(join(root, path))) ?? '').split('\n');
      return lines.flatMap((line, index) => (/^(<{7,9}|\|{7,9}|>{7,9}) /.test(line) ? [`${path}:${index + 1}`] : []));
    }),
  );
  return found.flat();
}

function fileOf(folder: string, state: string): string {
  return join(state, 'upgrades', `${keyOf(folder)}.json`);
}

function keyOf(folder: string): string {
  return createHash('sha256').update(folder).digest('hex').slice(0, 16);
}
