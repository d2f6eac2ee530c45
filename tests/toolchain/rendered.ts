import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { expectPass, run } from './run.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The shipped command, started as a user starts it. */
export const SVC = [process.execPath, join(ROOT, 'bin', 'svc.js')] as const;

export type Answers = Readonly<Record<string, string>>;

/** A temporary folder that is gone when the tests of the file are over. */
export function scratch(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'svckit-toolchain-')));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes a service from the bundled template into `<parent>/<name>` and returns that folder; neither installed nor committed, unless `flags` say so. */
export async function newService(parent: string, name: string, answers: Answers, flags = ['--no-install', '--no-git']): Promise<string> {
  const folder = join(parent, name);
  const set = Object.entries({ owner: 'payments', ...answers }).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  expectPass(await run([...SVC, 'new', 'http-service', name, '--dir', folder, ...set, '--yes', '--json', ...flags], { cwd: parent }));
  return folder;
}

/** Every combination of the values: `{ a: ['1', '2'], b: ['3'] }` is `{ a: '1', b: '3' }` and `{ a: '2', b: '3' }`. */
export function combinations(values: Readonly<Record<string, readonly string[]>>): Answers[] {
  return Object.entries(values).reduce<Answers[]>(
    (known, [key, each]) => known.flatMap((answers) => each.map((value) => ({ ...answers, [key]: value }))),
    [{}],
  );
}

/** The files below a folder whose path matches, without what was installed. */
export function filesMatching(folder: string, pattern: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => pattern.test(path) && !path.includes('node_modules'))
    .map((path) => join(folder, path));
}

/** Puts a mistake into a file. The text to replace must be there: a mistake that was not made would prove nothing. */
export function spoil(file: string, [text, mistake]: readonly [string | RegExp, string]): void {
  const before = readFileSync(file, 'utf8');
  const after = before.replace(text, mistake);
  if (after === before) throw new Error(`${text} is not in ${file}`);
  writeFileSync(file, after);
}
