import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll } from 'vitest';

/** A temporary folder that is gone when the tests of the file are over. */
export function scratch(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'svckit-toolchain-')));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The files below a folder whose path matches; of those that equal each other, neighbours and all, the first. */
export function filesMatching(folder: string, pattern: RegExp): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => pattern.test(path));
  return [...new Map(paths.reverse().map((path) => [contentAround(join(folder, path)), join(folder, path)])).values()].reverse();
}

/** The file's name, and all text in its folder: a test of alerts says something else where the alerts beside it are other ones. */
function contentAround(file: string): string {
  const neighbours = readdirSync(dirname(file), { withFileTypes: true }).filter((entry) => entry.isFile());
  return [basename(file), ...neighbours.map(({ name }) => readFileSync(join(dirname(file), name), 'utf8'))].join('\0');
}

export type Mistake = readonly [text: string | RegExp, instead: string];

/** Whether there is something in the file for the mistake to be made in. */
export function canSpoil(file: string, [text]: Mistake): boolean {
  return readFileSync(file, 'utf8').split(text).length > 1;
}

/** Makes a mistake in a file. One that cannot be made would prove nothing, so it is an error. */
export function spoil(file: string, mistake: Mistake): void {
  if (!canSpoil(file, mistake)) throw new Error(`${mistake[0]} is not in ${file}`);
  writeFileSync(file, readFileSync(file, 'utf8').replace(...mistake));
}
