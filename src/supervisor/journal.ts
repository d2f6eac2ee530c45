import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identityOf, isRunning, type ProcessIdentity } from '../../chassis/src/embedded-postgres/processes.ts';
import { readState, writeState } from './state-file.ts';

/** Which processes run on our behalf, on disk, so that whoever comes after a SIGKILL can end them. */
export interface Journal {
  add(pid: number): void;
  remove(pid: number): void;
}

interface Entry {
  readonly pid: number;
  /** Missing for the moment between the start of a process and the first look at it. */
  readonly started?: string;
}

const POLITE_MS = 2_000;

export function openJournal(folder: string): Journal {
  const path = join(folder, 'children.json');
  const children = new Map<number, Entry>();
  const save = () => writeState(path, [...children.values()]);
  save();
  return {
    add(pid) {
      children.set(pid, { pid });
      save();
      void identityOf(pid).then((identity) => {
        if (identity === undefined || !children.has(pid)) return;
        children.set(pid, identity);
        save();
      });
    },
    remove(pid) {
      if (children.delete(pid)) save();
    },
  };
}

/** Ends what a killed predecessor left running. A process that merely has the number of an old one is left alone. */
export async function endLeftOvers(folder: string): Promise<readonly number[]> {
  const entries = readState<readonly Entry[]>(join(folder, 'children.json')) ?? [];
  const left = (await Promise.all(entries.map(stillOurs))).filter((identity) => identity !== undefined);
  await Promise.all(left.map(end));
  return left.map(({ pid }) => pid);
}

/** Without a start time only the leader of its own group can be ours: that is how every child is started. */
async function stillOurs({ pid, started }: Entry): Promise<ProcessIdentity | undefined> {
  const now = await identityOf(pid);
  if (now === undefined || (started !== undefined && now.started !== started)) return undefined;
  return now;
}

async function end(identity: ProcessIdentity): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    signalGroup(identity.pid, signal);
    for (const deadline = Date.now() + POLITE_MS; Date.now() < deadline; ) {
      if (!(await isRunning(identity))) return signalGroup(identity.pid, 'SIGKILL');
      await pause(10);
    }
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // It has ended already.
  }
}
