import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

/**
 * A small JSON file of the background process's own. Written in one step and at once, on purpose without waiting: what a child's
 * number is must be on disk before anything else can happen.
 */
export function writeState(path: string, value: unknown, { durable = false }: { readonly durable?: boolean } = {}): void {
  const draft = `${path}.draft`;
  const file = openSync(draft, 'w', 0o600);
  try {
    writeSync(file, JSON.stringify(value));
    if (durable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}

/** What the file holds; undefined where there is none or a power cut spoiled it. */
export function readState<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
