import { execFile } from 'node:child_process';
import { lstat, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** Whom the server runs as where we are root: PostgreSQL refuses root. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

const CANDIDATES = ['postgres', 'nobody'];

/**
 * The unprivileged user for the server; undefined where we are no root and it runs as ourselves.
 * A bare machine has no `postgres`, so `nobody` comes next; last is the number that Linux gives `nobody`.
 */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of CANDIDATES) {
    const user = await userNamed(name);
    if (user !== undefined) return user;
  }
  return { uid: 65_534, gid: 65_534 };
}

/**
 * Whether `user` can get at `path` through all its folders, and read it: by the permission bits of owner, group and others.
 * @returns true where `user` is undefined, since that is ourselves; false where the path does not exist
 */
export async function canReach(path: string, user: ServerUser | undefined): Promise<boolean> {
  if (user === undefined) return true;
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined || !(await allows(real, user, 0o4))) return false;
  for (let folder = dirname(real); ; folder = dirname(folder)) {
    if (!(await allows(folder, user, 0o1))) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function allows(path: string, user: ServerUser, bit: number): Promise<boolean> {
  const { mode, uid, gid } = await lstat(path);
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & bit) !== 0;
}

async function userNamed(name: string): Promise<ServerUser | undefined> {
  const ask = async (flag: string) => Number((await run('id', [flag, name])).stdout);
  try {
    const [uid, gid] = await Promise.all([ask('-u'), ask('-g')]);
    return uid > 0 ? { uid, gid } : undefined;
  } catch {
    return undefined;
  }
}

const run = promisify(execFile);
