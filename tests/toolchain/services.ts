import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectPass, run } from './run.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The shipped command, started as a user starts it. */
const SVC = [process.execPath, join(ROOT, 'bin', 'svc.js')] as const;

export type Answers = Readonly<Record<string, string>>;

/** Whose first commit it is: a machine of CI has no name in git's configuration. */
const AUTHOR = Object.fromEntries(
  ['AUTHOR', 'COMMITTER'].flatMap((role) => [
    [`GIT_${role}_NAME`, 'Toolchain'],
    [`GIT_${role}_EMAIL`, 'toolchain@example.com'],
  ]),
);

const FILES_ONLY = ['--no-install', '--no-git'];

/** Makes a service in `<parent>/<name>` and returns that folder; neither installed nor committed, unless `flags` say so. */
export function newService(parent: string, name: string, answers: Answers, flags = FILES_ONLY): Promise<string> {
  return make(['http-service', name, ...flags], join(parent, name), answers);
}

/** Makes a gateway in `<parent>/<name>` and returns that folder. */
export function newGateway(parent: string, name: string, answers: Answers, flags = FILES_ONLY): Promise<string> {
  return make(['api-gateway', name, ...flags], join(parent, name), answers);
}

/** Makes a worker in `<parent>/<name>` and returns that folder. */
export function newWorker(parent: string, name: string, answers: Answers, flags = FILES_ONLY): Promise<string> {
  return make(['event-worker', name, ...flags], join(parent, name), { follows: 'orders', ...answers });
}

/** Makes a workspace in `<parent>/<name>` and returns the folder for its services. */
export async function newWorkspace(parent: string, name: string, flags = FILES_ONLY): Promise<string> {
  return join(await make(['workspace', name, ...flags], join(parent, name), {}), 'services');
}

async function make(args: readonly string[], folder: string, answers: Answers): Promise<string> {
  const set = Object.entries({ owner: 'payments', ...answers }).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  expectPass(await run([...SVC, 'new', ...args, '--dir', folder, ...set, '--yes', '--json'], { cwd: tmpdir(), env: AUTHOR }));
  return folder;
}

/** Every combination of the values: `{ a: ['1', '2'], b: ['3'] }` is `{ a: '1', b: '3' }` and `{ a: '2', b: '3' }`. */
export function combinations(values: Readonly<Record<string, readonly string[]>>): Answers[] {
  return Object.entries(values).reduce<Answers[]>(
    (known, [key, each]) => known.flatMap((answers) => each.map((value) => ({ ...answers, [key]: value }))),
    [{}],
  );
}
