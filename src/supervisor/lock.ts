import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf, isRunning, type ProcessIdentity } from '../../chassis/src/embedded-postgres/processes.ts';
import { readState } from './state-file.ts';

/**
 * Makes this process the only background process of the workspace; a lock whose holder has ended is taken over.
 * @returns undefined once the lock is ours, else who holds it
 */
export async function takeLock(folder: string): Promise<ProcessIdentity | undefined> {
  const path = join(folder, 'lock.json');
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(await identityOf(process.pid)), { mode: 0o600 });
  try {
    while (!linked(draft, path)) {
      const holder = readState<ProcessIdentity>(path);
      if (holder !== undefined && (await isRunning(holder))) return holder;
      rmSync(path, { force: true });
    }
    return undefined;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Whether the lock is still ours: a state folder that somebody removed under us is not. */
export function holdsLock(folder: string): boolean {
  return readState<ProcessIdentity>(join(folder, 'lock.json'))?.pid === process.pid;
}

export function releaseLock(folder: string): void {
  rmSync(join(folder, 'lock.json'), { force: true });
}

/** A link appears with its whole content, and only one of several can make it. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
