import { dirname, join, relative, resolve } from 'node:path';
import { SvcError } from '../errors.ts';
import { type Change, type Write, writesOf } from '../plan/plan.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { carryOut, recover } from '../state/carry-out.ts';
import { withLock } from '../state/lock.ts';
import { BASE_PATH } from '../template/base.ts';
import { chassisPackage } from '../template/create/chassis.ts';
import { LOCK_PATH } from '../template/lock.ts';
import { type Template, usesChassis } from '../template/template.ts';
import { type Labels, mergeTrees } from './merge.ts';
import { readOurs, uncommitted } from './ours.ts';
import {
  beforeOf,
  changesBack,
  dropPending,
  loadPending,
  markersLeft,
  type Pending,
  requirePending,
  savePending,
  upgradeLock,
} from './pending.ts';
import { type FileChange, planUpgrade } from './plan-upgrade.ts';
import { placed } from './pristine.ts';
import { currentTemplate, type NewAnswers, type Release, renderRelease } from './release.ts';
import { type Made, readMade, serviceFolder } from './service.ts';
import type { Tree } from './tree.ts';

/** What a user asks of `svc upgrade`. */
export interface UpgradeOrder {
  /** Somewhere in the service, as seen from the command's folder. */
  readonly path: string;
  readonly set: NewAnswers;
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** The files of a plan as the question before writing shows them. */
  summary(upgrade: Upgrade): string;
}

/** `behind` and `planned` changed nothing; `conflict` waits for `--continue` or `--abort`, which end as `finished` and `aborted`. */
export type UpgradeState = 'current' | 'behind' | 'planned' | 'upgraded' | 'conflict' | 'finished' | 'aborted';

export interface Upgrade {
  readonly state: UpgradeState;
  readonly name: string;
  /** Absolute path of the service. */
  readonly folder: string;
  /** Absolute path that the paths of files are relative to. */
  readonly root: string;
  readonly template: { readonly name: string; readonly from: string; readonly to: string };
  readonly files: readonly FileChange[];
  /** Sentences on what the user should know or do. */
  readonly notes: readonly string[];
  /** Whether the files were shown to the user before they were written. */
  readonly confirmed: boolean;
}

/**
 * Brings a service to the current version of its template, the user's edits kept.
 * @throws SvcError of the lock, the template and its answers; plan/conflict where a file is not committed or an upgrade is under way.
 * Nothing is written then
 */
export async function upgradeService(order: UpgradeOrder, runtime: Runtime): Promise<Upgrade> {
  const folder = await serviceFolder(resolve(runtime.cwd, order.path), runtime);
  if (order.dryRun) return (await prepare(folder, order, runtime)).upgrade;
  return withLock(upgradeLock(folder, runtime), runtime, async () => {
    await recover((await readMade(folder, runtime)).root, runtime);
    const prepared = await prepare(folder, order, runtime);
    return prepared.upgrade.state === 'current' ? prepared.upgrade : write(prepared, order, runtime);
  });
}

/** Whether the template has changed since it made the service: looks at versions alone, and writes nothing. */
export async function checkService(path: string, runtime: Runtime): Promise<Upgrade> {
  const made = await readMade(await serviceFolder(resolve(runtime.cwd, path), runtime), runtime);
  const template = await currentTemplate(made, runtime);
  const delivered = usesChassis(template) ? [await chassisPackage(runtime)] : [];
  const same = template.digest === made.lock.template.digest && bringsTheSame(made, delivered);
  return { ...about(made, template), state: same ? 'current' : 'behind' };
}

/**
 * Records an upgrade as finished after the user settled its conflicts.
 * @throws SvcError input/invalid where none is under way, plan/conflict naming the markers that are left
 */
export async function continueUpgrade(path: string, runtime: Runtime): Promise<Upgrade> {
  const folder = await serviceFolder(resolve(runtime.cwd, path), runtime);
  return withLock(upgradeLock(folder, runtime), runtime, async () => {
    const pending = await requirePending(folder, runtime);
    refuseMarkers(await markersLeft(pending, runtime.fs));
    const made = await readMade(folder, runtime);
    const own = { lock: pending.own.lock, base: Buffer.from(pending.own.baseBase64, 'base64') };
    await carryOut({ root: pending.root, changes: ownChanges(made, own) }, runtime);
    await dropPending(folder, runtime);
    return ended(pending, 'finished');
  });
}

/**
 * Puts every file that an upgrade wrote back to what it was before, committed or not; all other files stay.
 * @throws SvcError input/invalid where none is under way
 */
export async function abortUpgrade(path: string, runtime: Runtime): Promise<Upgrade> {
  const folder = await serviceFolder(resolve(runtime.cwd, path), runtime);
  return withLock(upgradeLock(folder, runtime), runtime, async () => {
    const pending = await requirePending(folder, runtime);
    await carryOutTidily({ root: pending.root, changes: await changesBack(pending, runtime.fs) }, runtime);
    await dropPending(folder, runtime);
    return ended(pending, 'aborted');
  });
}

interface Prepared {
  readonly made: Made;
  readonly release: Release;
  readonly ours: Tree;
  readonly changes: readonly Change[];
  readonly upgrade: Upgrade;
}

async function prepare(folder: string, order: UpgradeOrder, runtime: Runtime): Promise<Prepared> {
  if (await loadPending(folder, runtime)) throw underWay(folder);
  const made = await readMade(folder, runtime);
  const template = await currentTemplate(made, runtime);
  const ask = runtime.terminal.interactive && !order.yes;
  const release = await renderRelease(made, { template, set: order.set, ask }, runtime);
  const same = release.own.lock === Buffer.from(made.own.lock).toString('utf8') && bringsTheSame(made, release.delivered);
  if (same) return { made, release, ours: new Map(), changes: [], upgrade: { ...about(made, template), state: 'current' } };
  const ours = await readOurs(made, [...made.pristine.keys(), ...release.pristine.keys()], runtime);
  const { name, prefix, pristine: base } = made;
  const situation = { name, prefix, base, ours, theirs: release.pristine, moves: release.moves };
  const plan = await planUpgrade(situation, (sides) => mergeTrees(sides, labelsOf(made, template), runtime));
  const changes = [...plan.changes, ...(await packageChanges(made, release, runtime))];
  writesOf({ root: made.root, changes });
  const upgrade: Upgrade = { ...about(made, template), state: 'planned', files: plan.files, notes: notesOf(made, changes) };
  return { made, release, ours, changes, upgrade };
}

async function write(prepared: Prepared, order: UpgradeOrder, runtime: Runtime): Promise<Upgrade> {
  const { made, release, changes, upgrade } = prepared;
  const { root } = made;
  const own = ownChanges(made, release.own);
  refuseUncommitted(
    await uncommitted(
      made,
      [...changes, ...own].map(({ path }) => path),
      runtime,
    ),
  );
  const confirmed = runtime.terminal.interactive && !order.yes;
  if (confirmed) await confirm(order.summary(upgrade), runtime);
  if (upgrade.files.some(({ fate }) => fate === 'conflict')) await writeConflict(prepared, runtime);
  else await carryOutTidily({ root, changes: [...changes, ...own] }, runtime);
  const state = upgrade.files.some(({ fate }) => fate === 'conflict') ? 'conflict' : 'upgraded';
  return { ...upgrade, state, confirmed };
}

/** The way back is on disk before the first file is touched, and gone again where none was. */
async function writeConflict({ made, release, ours, changes, upgrade }: Prepared, runtime: Runtime): Promise<void> {
  const { name, folder, root } = made;
  const writes = changes.filter((change): change is Write => change.kind !== 'unchanged' && change.kind !== 'conflict');
  const pending: Pending = {
    name,
    folder,
    root,
    template: upgrade.template,
    phase: 'begun',
    files: upgrade.files,
    before: beforeOf(writes, (path) => ours.get(path)?.kind === 'executable'),
    own: { lock: release.own.lock, baseBase64: Buffer.from(release.own.base).toString('base64') },
  };
  await savePending(pending, runtime);
  try {
    await carryOutTidily({ root, changes }, runtime);
  } catch (error) {
    // What could not be undone either is seen to by the next run, which then knows what to put back.
    await loadPending(folder, runtime);
    throw error;
  }
  await savePending({ ...pending, phase: 'written' }, runtime);
}

function about({ name, folder, root, lock }: Made, { manifest }: Template): Omit<Upgrade, 'state'> {
  const template = { name: lock.template.name, from: lock.template.version, to: manifest.version };
  return { name, folder, root, template, files: [], notes: [], confirmed: false };
}

function ended({ name, folder, root, template, files }: Pending, state: UpgradeState): Upgrade {
  return { state, name, folder, root, template, files, notes: [], confirmed: false };
}

/** Names on conflict markers; git takes them for branches, so each has to be another. */
function labelsOf({ lock: { template } }: Made, { manifest }: Template): Labels {
  const [base, theirs] = [`${template.name}-${template.version}`, `${manifest.name}-${manifest.version}`];
  return { base, ours: 'yours', theirs: base === theirs ? `${theirs}-now` : theirs };
}

function bringsTheSame(made: Made, delivered: Release['delivered']): boolean {
  const now = delivered.map(({ path }) => placed(path, 'service', made.prefix));
  return now.join('\n') === made.delivered.map(({ path }) => path).join('\n');
}

/** Packages that come with a service are never merged: the name of each carries its digest, so a new one has another name. */
async function packageChanges(made: Made, { delivered }: Release, { fs }: Runtime): Promise<readonly Change[]> {
  const now = new Map(delivered.map(({ path, content }) => [placed(path, 'service', made.prefix), content]));
  const gone = made.delivered.map(({ path }) => path).filter((path) => !now.has(path));
  const removed = gone.map(async (path): Promise<readonly Change[]> => {
    const content = await fs.readBytes(join(made.root, path));
    return content ? [{ kind: 'remove', path, expected: content }] : [];
  });
  const added = [...now].map(async ([path, content]): Promise<readonly Change[]> => {
    return (await fs.info(join(made.root, path))) === undefined ? [{ kind: 'create', path, content }] : [];
  });
  return (await Promise.all([...removed, ...added])).flat();
}

function ownChanges(made: Made, own: { readonly lock: string; readonly base: Uint8Array }): readonly Change[] {
  return [
    { kind: 'replace', path: placed(LOCK_PATH, 'service', made.prefix), content: own.lock, expected: made.own.lock },
    { kind: 'replace', path: placed(BASE_PATH, 'service', made.prefix), content: own.base, expected: made.own.base },
  ];
}

/** Carries out a plan, and removes the folders that it leaves empty. */
async function carryOutTidily(plan: { readonly root: string; readonly changes: readonly Change[] }, runtime: Runtime): Promise<void> {
  await carryOut(plan, runtime);
  for (const { path } of plan.changes.filter(({ kind }) => kind === 'remove')) {
    let folder = dirname(join(plan.root, path));
    while (relative(plan.root, folder) !== '' && (await runtime.fs.removeFolder(folder))) folder = dirname(folder);
  }
}

function notesOf({ placement }: Made, changes: readonly Change[]): readonly string[] {
  return [
    ...(changes.some(({ path }) => /(^|\/)package\.json$/.test(path)) ? ['package.json changes: run npm install afterwards'] : []),
    ...(placement.git === undefined ? ['This is in no git repository: what a clean upgrade changes cannot be brought back'] : []),
  ];
}

async function confirm(summary: string, { ask }: Runtime): Promise<void> {
  if (await ask.confirm({ message: `${summary}\n\nWrite this?`, default: true })) return;
  throw new SvcError('input/cancelled', 'Nothing was written', { hint: 'Run the command again when you are ready' });
}

function underWay(folder: string): SvcError {
  return new SvcError('plan/conflict', `An upgrade is under way in ${folder}`, {
    hint: 'Settle its conflicts, then: svc upgrade --continue; or take it back: svc upgrade --abort',
  });
}

function refuseUncommitted(paths: readonly string[]): void {
  if (paths.length === 0) return;
  throw new SvcError('plan/conflict', `Nothing was written: the upgrade would change files that are not committed:\n${listed(paths)}`, {
    hint: 'Commit or stash them, then run the command again',
  });
}

function refuseMarkers(places: readonly string[]): void {
  if (places.length === 0) return;
  throw new SvcError('plan/conflict', `Conflict markers are left:\n${listed(places)}`, {
    hint: 'Edit these files until each says what it should, then: svc upgrade --continue',
  });
}

function listed(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
