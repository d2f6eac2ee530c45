import { dirname, join, relative, sep } from 'node:path';
import { SvcError } from '../errors.ts';
import type { Change, Content } from '../plan/plan.ts';
import type { FileSystem, Runtime } from '../runtime/runtime.ts';
import { carryOut } from '../state/carry-out.ts';
import { BASE_PATH } from '../template/base.ts';
import { LOCK_PATH } from '../template/lock.ts';
import { uncommitted } from './ours.ts';
import { placed } from './pristine.ts';
import type { Made } from './service.ts';

interface Agreeable<Shown> {
  readonly made: Pick<Made, 'root' | 'placement'>;
  readonly changes: readonly Change[];
  readonly upgrade: Shown;
}

interface Asking<Shown> {
  readonly yes: boolean;
  /** The plan as the question shows it. */
  summary(upgrade: Shown): string;
}

/** Writes a plan once nothing speaks against it. True where it was shown before. */
export async function writeAll<Shown>(plan: Agreeable<Shown>, order: Asking<Shown>, runtime: Runtime): Promise<boolean> {
  const confirmed = await agreed(plan, order, runtime);
  await carryOutTidily({ root: plan.made.root, changes: plan.changes }, runtime);
  return confirmed;
}

/** Refuses where the user's work could get lost, then asks where somebody is there. True where the plan was shown. */
export async function agreed<Shown>(
  { made, changes, upgrade }: Agreeable<Shown>,
  { yes, summary }: Asking<Shown>,
  runtime: Runtime,
): Promise<boolean> {
  // Where nothing is, nothing can get lost: a deletion that is not committed is in nobody's way.
  const paths = changes.filter(({ kind }) => kind !== 'create').map(({ path }) => path);
  refuseUncommitted(await uncommitted(made, paths, runtime));
  if (yes || !runtime.terminal.interactive) return false;
  await confirm(summary(upgrade), runtime);
  return true;
}

/** What records an upgrade as finished. */
export function ownChanges(made: Made, own: { readonly lock: string; readonly base: Uint8Array }): readonly Change[] {
  return [
    { kind: 'replace', path: placed(LOCK_PATH, 'service', made.prefix), content: own.lock, expected: made.own.lock },
    { kind: 'replace', path: placed(BASE_PATH, 'service', made.prefix), content: own.base, expected: made.own.base },
  ];
}

/** The same for whatever is there now: a service that is adopted has neither file yet. */
export async function recordChanges(
  { root, folder }: { readonly root: string; readonly folder: string },
  own: { readonly lock: string; readonly base: Uint8Array },
  fs: FileSystem,
): Promise<readonly Change[]> {
  const record = async (path: string, content: Content): Promise<Change> => {
    const expected = await fs.readBytes(join(folder, path));
    const at = relative(root, join(folder, path)).split(sep).join('/');
    return expected ? { kind: 'replace', path: at, content, expected } : { kind: 'create', path: at, content };
  };
  return Promise.all([record(LOCK_PATH, own.lock), record(BASE_PATH, own.base)]);
}

/** Carries out a plan, and removes the folders that it leaves empty. */
export async function carryOutTidily(
  plan: { readonly root: string; readonly changes: readonly Change[] },
  runtime: Runtime,
): Promise<void> {
  await carryOut(plan, runtime);
  for (const { path } of plan.changes.filter(({ kind }) => kind === 'remove')) {
    let folder = dirname(join(plan.root, path));
    while (relative(plan.root, folder) !== '' && (await runtime.fs.removeFolder(folder))) folder = dirname(folder);
  }
}

async function confirm(summary: string, { ask }: Runtime): Promise<void> {
  if (await ask.confirm({ message: `${summary}\n\nWrite this?`, default: true })) return;
  throw new SvcError('input/cancelled', 'Nothing was written', { hint: 'Run the command again when you are ready' });
}

function refuseUncommitted(paths: readonly string[]): void {
  if (paths.length === 0) return;
  throw new SvcError('plan/conflict', `Nothing was written: the upgrade would change files that are not committed:\n${listed(paths)}`, {
    hint: 'Commit or stash them, then run the command again',
  });
}

function listed(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
