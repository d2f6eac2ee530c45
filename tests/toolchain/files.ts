import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A temporary folder, there while the tests of the file or group run; where they are all skipped, nothing is left behind. */
export function scratch(): string {
  const folder = join(realpathSync(tmpdir()), `svckit-toolchain-${randomUUID()}`);
  beforeAll(() => void mkdirSync(folder, { mode: 0o700 }));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The files below a folder whose path matches; of those that equal each other, with what belongs to them, one. */
export function filesMatching(folder: string, pattern: RegExp): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => pattern.test(path));
  return [...new Map(paths.map((path) => [contentOf(join(folder, path)), join(folder, path)])).values()];
}

/** `alerts.test.yaml` is another file where the `alerts.yaml` beside it is another one. */
function contentOf(file: string): string {
  const [stem = ''] = basename(file).split('.');
  const related = readdirSync(dirname(file), { withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.startsWith(stem));
  return [basename(file), ...related.map(({ name }) => readFileSync(join(dirname(file), name), 'utf8'))].join('\0');
}

export type Mistake = readonly [text: string | RegExp, instead: string];

/** Whether there is something in the file for the mistake to be made in. */
export function canSpoil(file: string, mistake: Mistake): boolean {
  const text = readFileSync(file, 'utf8');
  return text.replace(...mistake) !== text;
}

/** Makes a mistake in a file. One that cannot be made would prove nothing, so it is an error. */
export function spoil(file: string, mistake: Mistake): void {
  if (!canSpoil(file, mistake)) throw new Error(`${mistake[0]} is not in ${file}`);
  writeFileSync(file, readFileSync(file, 'utf8').replace(...mistake));
}
