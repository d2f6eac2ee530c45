import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LogLine } from '../target/local/protocol.ts';

/** What services say: in a file each, and to those who follow. */
export interface LogBook {
  /** Returns the line as it may be shown: without secrets. */
  write(service: string, line: string): string;
  /** Told each line from now on; returns what ends that. */
  follow(listener: (line: LogLine) => void): () => void;
  /** The end of one service's log, oldest first. */
  tail(service: string, lines: number): readonly string[];
  /** Writes what waits. */
  flush(): void;
}

/** One older file is kept, so a service has at most twice this on disk. */
const LARGEST_FILE = 5 * 1024 * 1024;
const FLUSH_MS = 50;
const KEPT_LINES = 1_000;

/** Keeps logs in `folder`, secrets masked by `mask` before anybody sees a line. */
export function openLogBook(folder: string, mask: (text: string) => string): LogBook {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const listeners = new Set<(line: LogLine) => void>();
  const recent = new Map<string, string[]>();
  const waiting = new Map<string, string[]>();
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    for (const [service, lines] of waiting) append(join(folder, `${service}.log`), `${lines.join('\n')}\n`);
    waiting.clear();
  };
  return {
    write(service, said) {
      const line = mask(said);
      push(recent, service, line).splice(0, Math.max(0, (recent.get(service)?.length ?? 0) - KEPT_LINES));
      push(waiting, service, line);
      timer ??= setTimeout(flush, FLUSH_MS);
      for (const listener of listeners) listener({ service, line });
      return line;
    },
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tail: (service, lines) => (lines === 0 ? [] : (recent.get(service)?.slice(-lines) ?? [])),
    flush,
  };
}

function push(lists: Map<string, string[]>, key: string, line: string): string[] {
  const list = lists.get(key) ?? [];
  list.push(line);
  lists.set(key, list);
  return list;
}

/** A full disk costs log lines, never the system that writes them. */
function append(path: string, text: string): void {
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LARGEST_FILE) {
      rmSync(`${path}.1`, { force: true });
      renameSync(path, `${path}.1`);
    }
    appendFileSync(path, text, { mode: 0o600 });
  } catch {
    // The followers have the line.
  }
}
