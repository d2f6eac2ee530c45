import { basename, dirname, join, relative, sep } from 'node:path';
import { SvcError } from '../errors.ts';
import { refuseUnsafe } from '../plan/plan.ts';
import { physicalPath } from '../plan/stage.ts';
import type { FileSystem, Runtime } from '../runtime/runtime.ts';
import { BASE_PATH, type Base, decodeBase } from '../template/base.ts';
import { type Placement, placeService } from '../template/create/placement.ts';
import { LOCK_PATH, type Lock, parseLock } from '../template/lock.ts';
import { type Prefix, type Pristine, placed, pristineOf } from './pristine.ts';

/** A service that a template made, with what it remembers of that. Read once, then passed on. */
export interface Made {
  readonly name: string;
  /** Absolute path. */
  readonly folder: string;
  readonly placement: Placement;
  /** Absolute path that all paths of an upgrade are relative to: the root of the repository, or the service's own folder. */
  readonly root: string;
  readonly prefix: Prefix;
  readonly lock: Lock;
  readonly pristine: Pristine;
  /** Packages that came with it, paths from the root. */
  readonly delivered: Base['delivered'];
  /** The two files of svckit's own as they are on disk. */
  readonly own: { readonly lock: Uint8Array; readonly base: Uint8Array };
}

/**
 * The folder of the service that a path is in.
 * @param from absolute
 * @throws SvcError workspace/no-service where no template made what is there
 */
export async function serviceFolder(from: string, { fs }: Runtime): Promise<string> {
  for (let folder = from; ; folder = dirname(folder)) {
    if ((await fs.info(join(folder, LOCK_PATH)))?.kind === 'file') return physicalPath(folder, fs);
    if (folder === dirname(folder)) break;
  }
  throw new SvcError('workspace/no-service', `There is no ${LOCK_PATH} in ${from} or above it: no template made this`, {
    hint: 'Name the folder of a service that svc new made: svc upgrade services/orders',
  });
}

/**
 * Reads a service's lock and pristine render. Both come from its repository, and so from strangers: every path is checked.
 * @throws SvcError template/invalid, plan/unsafe-path
 */
export async function readMade(folder: string, runtime: Runtime): Promise<Made> {
  const { fs } = runtime;
  const placement = await placeService({ cwd: folder, name: basename(folder), dir: '.', type: 'service' }, fs);
  const root = placement.repository;
  const prefix = relative(root, folder).split(sep).join('/');
  const { lock, base, own } = await readRecord(folder, fs);
  const { name = basename(folder) } = lock.answers;
  return {
    name: String(name),
    folder,
    placement,
    root,
    prefix,
    lock,
    pristine: pristineOf(base.files, prefix),
    delivered: base.delivered.map(({ path, digest }) => ({ path: placed(path, 'service', prefix), digest })),
    own,
  };
}

/** The two files that svckit keeps in a service, read and checked. */
export interface MadeRecord {
  readonly lock: Lock;
  readonly base: Base;
  readonly own: Made['own'];
}

/** Larger ones are no record of a service: what a base unfolds to has a limit too. */
const LARGEST_RECORD = 32 * 1_048_576;

/** @throws SvcError template/invalid, plan/unsafe-path */
export async function readRecord(folder: string, fs: FileSystem): Promise<MadeRecord> {
  const [lockFile, baseFile] = await Promise.all([LOCK_PATH, BASE_PATH].map((path) => fs.glance(join(folder, path), LARGEST_RECORD)));
  const [lockBytes, baseBytes] = [lockFile?.content, baseFile?.content];
  if (!lockBytes || !baseBytes) throw withoutBase(folder);
  const lock = checked(parseLock(Buffer.from(lockBytes).toString('utf8'), join(folder, LOCK_PATH)));
  const base = decodeBase(baseBytes);
  refuseUnsafe([...base.files, ...base.delivered].map(({ path }) => path));
  return { lock, base, own: { lock: lockBytes, base: baseBytes } };
}

/** Both become part of names that git is given. */
function checked(lock: Lock): Lock {
  const { name, version } = lock.template;
  if (/^[a-z][a-z0-9-]*$/.test(name) && /^\d+\.\d+\.\d+$/.test(version)) return lock;
  throw new SvcError('template/invalid', `${LOCK_PATH} names the template ${JSON.stringify(name)} ${JSON.stringify(version)}`, {
    hint: `Take it from the last commit: git checkout HEAD -- ${LOCK_PATH}`,
  });
}

function withoutBase(folder: string): SvcError {
  return new SvcError('template/invalid', `${join(folder, BASE_PATH)} is not there: what the template wrote is not known`, {
    hint: `Take it from the last commit: git checkout HEAD -- ${BASE_PATH}`,
  });
}
