import { link, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EmbeddedPostgresError } from './errors.ts';
import { identityOf, isRunning, type ProcessIdentity, worksIn } from './processes.ts';

const FAST_PATIENCE_MS = 5_000;

/**
 * Writes down that this process has `folder`, unless another one that still runs does.
 * @returns what gives the folder up again
 * @throws EmbeddedPostgresError in-use, naming the other process
 */
export async function claim(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, 'owner.json');
  const draft = `${file}.${process.pid}.${Date.now()}`;
  await writeFile(draft, JSON.stringify(await identityOf(process.pid)));
  try {
    while (!(await linkOnce(draft, file))) await forgetDead(file, folder);
  } finally {
    await rm(draft, { force: true });
  }
  return () => rm(file, { force: true });
}

async function forgetDead(file: string, folder: string): Promise<void> {
  const owner = await ownerIn(file);
  if (owner !== undefined && (await isRunning(owner))) {
    throw new EmbeddedPostgresError('in-use', `The database in ${folder} is in use by process ${owner.pid}`);
  }
  await rm(file, { force: true });
}

/** A link appears with its whole content, and only one of several can make it. */
async function linkOnce(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Ends the server that a killed process left working on `data`, and removes its `postmaster.pid`; also one whose number now belongs
 * to a stranger (PostgreSQL would refuse to start).
 */
export async function endLeftOver(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!(pid > 0)) return;
  const server = await identityOf(pid);
  if (server !== undefined && (await worksIn(pid, await realpath(data)))) await end(server);
  await rm(file, { force: true });
}

/** A fast shutdown first, so that nothing has to be recovered; an immediate one where that takes too long. */
async function end(server: ProcessIdentity): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    process.kill(server.pid, signal);
    const deadline = Date.now() + FAST_PATIENCE_MS;
    while (Date.now() < deadline) {
      if (!(await isRunning(server))) return;
      await pause(10);
    }
  }
}

async function ownerIn(file: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
