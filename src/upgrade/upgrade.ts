import { resolve } from 'node:path';
import { SvcError } from '../errors.ts';
import { type Change, type Write, writesOf } from '../plan/plan.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { recover } from '../state/carry-out.ts';
import { withLock } from '../state/lock.ts';
import { chassisPackage } from '../template/create/chassis.ts';
import { type Template, usesChassis } from '../template/template.ts';
import { type Addition, answersToAdd } from './add.ts';
import type { ChangedAnswers } from './answers.ts';
import { mergeTrees } from './merge.ts';
import { type OfferOrder, offeredTemplate } from './offer.ts';
import { readForUpgrade, readKnown, readOurs } from './ours.ts';
import { bringsTheSame, planLostPackages, planPackages } from './packages.ts';
import { beforeOf, loadPending, type Pending, savePending, upgradeLock } from './pending.ts';
import { type FileChange, planUpgrade } from './plan-upgrade.ts';
import { type NewAnswers, type Release, renderRelease } from './release.ts';
import { type Made, readMade, serviceFolder } from './service.ts';
import type { Labels, Merge, Sides } from './three-way.ts';
import type { Tree } from './tree.ts';
import { agreed, carryOutTidily, ownChanges, writeAll } from './write.ts';

/** What a user asks of `svc upgrade`. */
export interface UpgradeOrder extends OfferOrder {
  /** Somewhere in the service, as seen from the command's folder. */
  readonly path: string;
  readonly set: NewAnswers;
  /** A capability of the template instead of other answers. */
  readonly add?: Addition;
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** The files of a plan as the question before writing shows them. */
  summary(upgrade: Upgrade): string;
}

/** `behind` and `planned` changed nothing; `conflict` waits for `--continue` or `--abort`, which end as `finished` and `aborted`. */
export type UpgradeState = 'current' | 'behind' | 'planned' | 'upgraded' | 'healed' | 'conflict' | 'finished' | 'aborted';

export interface Upgrade {
  readonly state: UpgradeState;
  readonly name: string;
  /** Absolute path of the service. */
  readonly folder: string;
  /** Absolute path that the paths of files are relative to. */
  readonly root: string;
  /** `from` is absent where no template made it before: it was adopted. */
  readonly template: { readonly name: string; readonly from?: string; readonly to: string };
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
  if (order.dryRun) return (await prepare(await readMade(folder, runtime), order, runtime)).upgrade;
  return withLock(upgradeLock(folder, runtime), runtime, async () => {
    const found = await readMade(folder, runtime);
    const made = (await recover(found.root, runtime)) ? await readMade(folder, runtime) : found;
    const prepared = await prepare(made, order, runtime);
    return prepared.upgrade.state === 'current' ? prepared.upgrade : write(prepared, order, runtime);
  });
}

/**
 * Takes back what was changed of the template's own files, as the recorded version wrote them. Everything else stays.
 * @throws SvcError as `upgradeService`
 */
export async function healService(order: Pick<UpgradeOrder, 'path' | 'yes' | 'summary'>, runtime: Runtime): Promise<Upgrade> {
  const folder = await serviceFolder(resolve(runtime.cwd, order.path), runtime);
  return withLock(upgradeLock(folder, runtime), runtime, async () => {
    if (await loadPending(folder, runtime)) throw underWay(folder);
    const made = await readMade(folder, runtime);
    await recover(made.root, runtime);
    const ours = await readKnown(made.root, made.pristine, runtime);
    const { name, prefix, pristine } = made;
    const unmerged = async ({ ours: tree }: Sides): Promise<Merge> => ({ tree, conflicts: [] });
    const plan = await planUpgrade({ name, prefix, base: pristine, ours, theirs: pristine, moves: [] }, unmerged);
    const own = made.delivered.length > 0 ? [await chassisPackage(runtime)] : [];
    const packages = await planLostPackages(made, own, runtime.fs);
    const { name: template, version } = made.lock.template;
    const files = [...plan.files.filter(({ fate }) => fate === 'healed'), ...packages.files];
    const changes = [...plan.changes, ...packages.changes];
    const notes = notesOf(made, changes);
    const upgrade: Upgrade = { ...placeOf(made), state: 'healed', template: { name: template, from: version, to: version }, files, notes };
    if (files.length === 0) return upgrade;
    return { ...upgrade, confirmed: await writeAll({ made, changes, upgrade }, order, runtime) };
  });
}

/** Whether the template has changed since it made the service: looks at versions alone, and writes nothing. */
export async function checkService(path: string, runtime: Runtime, offer: OfferOrder = {}): Promise<Upgrade> {
  const made = await readMade(await serviceFolder(resolve(runtime.cwd, path), runtime), runtime);
  const template = await offeredTemplate(made, offer, runtime);
  const delivered = usesChassis(template) ? [await chassisPackage(runtime)] : [];
  const same = template.digest === made.lock.template.digest && bringsTheSame(made, delivered);
  return { ...about(made, template), state: same ? 'current' : 'behind' };
}

/** An upgrade as data, and what it was made from. */
export interface Prepared {
  readonly made: Made;
  readonly release: Release;
  readonly ours: Tree;
  /** From the root of the repository; without the two files that record the upgrade. */
  readonly changes: readonly Change[];
  readonly upgrade: Upgrade;
}

/** How the service's files are read and merged: from the disk and by git, or from a commit that nobody has checked out. */
export interface Sources {
  /**
   * The service's files as far as they may matter, and whatever is at the paths of `known`.
   * @param all whether a file of the user's own may be any of them under another name
   */
  ours(made: Made, known: Tree, all: boolean): Promise<Tree>;
  merge(sides: Sides, labels: Labels): Promise<Merge>;
}

async function prepare(made: Made, order: UpgradeOrder, runtime: Runtime): Promise<Prepared> {
  if (await loadPending(made.folder, runtime)) throw underWay(made.folder);
  const ask = runtime.terminal.interactive && !order.yes;
  const { add } = order;
  const wanted = add
    ? await answersToAdd(made, add, { ask, runtime })
    : { ...order, template: await offeredTemplate(made, order, runtime), notes: [] };
  const { template, set, notes } = wanted;
  if (add && set.length === 0) return unchanged(made, await renderRelease(made, { template, set, ask: false }, runtime));
  const sources: Sources = {
    ours: (of, known, all) => (all ? readOurs(of, known, runtime) : readForUpgrade(of, known, runtime)),
    merge: (sides, labels) => mergeTrees(sides, labels, runtime),
  };
  const prepared = await prepareFrom(made, { template, set, ask, sources }, runtime);
  return { ...prepared, upgrade: { ...prepared.upgrade, notes: [...notes, ...prepared.upgrade.notes] } };
}

/**
 * Plans the upgrade of a service that was read, to this template. Writes nothing.
 * @throws SvcError of the template's answers, and of what stands in the way in the service
 */
export async function prepareFrom(
  made: Made,
  { sources, ...order }: { readonly template: Template; readonly set: ChangedAnswers; readonly ask: boolean; readonly sources: Sources },
  runtime: Runtime,
): Promise<Prepared> {
  const { template } = order;
  const release = await renderRelease(made, order, runtime);
  const packages = await planPackages(made, release.delivered, runtime.fs);
  if (release.recordsTheSame && packages.changes.length === 0 && bringsTheSame(made, release.delivered)) return unchanged(made, release);
  const ours = await sources.ours(made, new Map([...release.pristine, ...made.pristine]), release.before !== undefined);
  const { name, prefix, pristine: base } = made;
  const { pristine: theirs, before, moves } = release;
  const situation = { name, prefix, base, ours, theirs, before, moves };
  const plan = await planUpgrade(situation, (sides) => sources.merge(sides, labelsOf(made, template)));
  const changes = [...plan.changes, ...packages.changes];
  writesOf({ root: made.root, changes });
  const notes = [...release.notes, ...notesOf(made, changes)];
  const upgrade: Upgrade = { ...about(made, template), state: 'planned', files: [...plan.files, ...packages.files], notes };
  return { made, release, ours, changes, upgrade };
}

function unchanged(made: Made, release: Release): Prepared {
  const { version } = made.lock.template;
  const upgrade: Upgrade = { ...about(made, { manifest: { version } }), state: 'current' };
  return { made, release, ours: new Map(), changes: [], upgrade };
}

async function write(prepared: Prepared, order: UpgradeOrder, runtime: Runtime): Promise<Upgrade> {
  const { made, release, changes, upgrade } = prepared;
  const own = ownChanges(made, release.own);
  const disputed = upgrade.files.some(({ fate }) => fate === 'conflict');
  if (!disputed) {
    const confirmed = await writeAll({ made, changes: [...changes, ...own], upgrade }, order, runtime);
    return { ...upgrade, state: 'upgraded', confirmed };
  }
  const confirmed = await agreed({ made, changes: [...changes, ...own], upgrade }, order, runtime);
  await writeConflict({ about: upgrade, own: release.own, ours: prepared.ours, changes }, runtime);
  return { ...upgrade, state: 'conflict', confirmed };
}

interface Disputed {
  readonly about: Pick<Upgrade, 'name' | 'folder' | 'root' | 'template' | 'files'>;
  readonly own: Release['own'];
  readonly ours: Tree;
  readonly changes: readonly Change[];
}

/** Writes what waits for the user. The way back is on disk before the first file is touched, and gone again where none was. */
export async function writeConflict({ about: upgrade, own, ours, changes }: Disputed, runtime: Runtime): Promise<void> {
  const { name, folder, root } = upgrade;
  const writes = changes.filter((change): change is Write => change.kind !== 'unchanged' && change.kind !== 'conflict');
  const pending: Pending = {
    name,
    folder,
    root,
    template: upgrade.template,
    phase: 'begun',
    files: upgrade.files,
    before: beforeOf(writes, (path) => ours.get(path)?.kind === 'executable'),
    own: { lock: own.lock, baseBase64: Buffer.from(own.base).toString('base64') },
  };
  await savePending(pending, runtime);
  try {
    await carryOutTidily({ root, changes }, runtime);
  } catch (error) {
    // What could not be undone either is seen to by the next run, which then knows what to put back.
    await loadPending(folder, runtime).catch(() => undefined);
    throw error;
  }
  await savePending({ ...pending, phase: 'written' }, runtime);
}

function about(made: Made, { manifest }: { readonly manifest: { readonly version: string } }): Omit<Upgrade, 'state'> {
  const template = { name: made.lock.template.name, from: made.lock.template.version, to: manifest.version };
  return { ...placeOf(made), template, files: [], notes: [] };
}

function placeOf({ name, folder, root }: Made): Pick<Upgrade, 'name' | 'folder' | 'root' | 'confirmed'> {
  return { name, folder, root, confirmed: false };
}

/** Names on conflict markers; git takes them for branches, so each has to be another. */
function labelsOf({ lock: { template } }: Made, { manifest }: Template): Labels {
  const [base, theirs] = [`${template.name}-${template.version}`, `${manifest.name}-${manifest.version}`];
  return { base, ours: 'yours', theirs: base === theirs ? `${theirs}-now` : theirs };
}

function notesOf({ placement }: Made, changes: readonly Change[]): readonly string[] {
  return [
    ...(changes.some(({ path }) => /(^|\/)package\.json$/.test(path)) ? ['package.json changes: run npm install afterwards'] : []),
    ...(placement.git === undefined ? ['This is in no git repository: what a clean upgrade changes cannot be brought back'] : []),
  ];
}

export function underWay(folder: string): SvcError {
  return new SvcError('plan/conflict', `An upgrade is under way in ${folder}`, {
    hint: 'Settle its conflicts, then: svc upgrade --continue; or take it back: svc upgrade --abort',
  });
}
