import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { ProcessIdentity } from '../runtime.ts';

/** The process with this id, or this one. Where the system does not tell when it started, that part is empty. */
export async function processAt(id: number = process.pid): Promise<ProcessIdentity | undefined> {
  const startedAt = process.platform === 'linux' ? await startOnLinux(id) : await startElsewhere(id);
  return startedAt === undefined ? undefined : { id, host: hostname(), startedAt };
}

/** proc(5): field 22 of `stat` counts clock ticks from boot, so the boot belongs to it. The name in field 2 may hold anything but is the last `)`. */
async function startOnLinux(id: number): Promise<string | undefined> {
  try {
    const [stat, boot] = await Promise.all([readFile(`/proc/${id}/stat`, 'utf8'), readFile('/proc/sys/kernel/random/boot_id', 'utf8')]);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : `${boot.trim()}:${fields[19]}`;
  } catch {
    return isAlive(id) ? '' : undefined;
  }
}

async function startElsewhere(id: number): Promise<string | undefined> {
  if (!isAlive(id)) return undefined;
  if (process.platform === 'win32') return '';
  const { execa } = await import('execa');
  const { stdout } = await execa('ps', ['-o', 'lstart=', '-p', String(id)], { reject: false });
  return typeof stdout === 'string' ? stdout.trim() : '';
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
