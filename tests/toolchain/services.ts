import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectPass, run } from './run.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The shipped command, started as a user starts it. */
export const SVC = [process.execPath, join(ROOT, 'bin', 'svc.js')] as const;

export type Answers = Readonly<Record<string, string>>;

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
