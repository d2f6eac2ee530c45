import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A process that cannot be mistaken for a later one which was given the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in a form that only this machine's `identityOf` understands. */
  readonly started: string;
}

/** Who `pid` is right now, or undefined where no such process runs (one that has ended but was not reaped does not run). */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  const started = process.platform === 'linux' ? await startOnLinux(pid) : await startElsewhere(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether exactly that process, not a later one with its number, still runs. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await identityOf(identity.pid))?.started === identity.started;
}

/** Whether `pid` works in `folder`: a PostgreSQL server's working folder is its data folder. */
export async function worksIn(pid: number, folder: string): Promise<boolean> {
  if (process.platform === 'linux') return (await readlink(`/proc/${pid}/cwd`).catch(() => undefined)) === folder;
  return (await commandOf(pid)).includes(folder);
}

/** Fields 3 (state) and 22 (start time in ticks since boot) of proc(5) `stat`; the name in field 2 may hold spaces and brackets. */
async function startOnLinux(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  return state === 'Z' || state === 'X' ? undefined : started;
}

async function startElsewhere(pid: number): Promise<string | undefined> {
  if (process.platform === 'win32') return exists(pid) ? 'running' : undefined;
  const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  const [state = 'Z', ...started] = stdout.trim().split(/\s+/);
  return state.startsWith('Z') ? undefined : started.join(' ');
}

async function commandOf(pid: number): Promise<string> {
  if (process.platform === 'win32') return '';
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const run = promisify(execFile);
