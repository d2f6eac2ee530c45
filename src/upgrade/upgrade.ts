import { join, resolve } from 'node:path';
import { SvcError } from '../errors.ts';
import { type Change, type Write, writesOf } from '../plan/plan.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { recover } from '../state/carry-out.ts';
import { withLock } from '../state/lock.ts';
import { chassisPackage } from '../template/create/chassis.ts';
import { type Template, usesChassis } from '../template/template.ts';
import { type Labels, type Merge, mergeTrees, type Sides } from './merge.ts';
import { type OfferOrder, offeredTemplate } from './offer.ts';
import { readForUpgrade, readKnown } from './ours.ts';
import { beforeOf, loadPending, type Pending, savePending, upgradeLock } from './pending.ts';
import { type FileChange, planUpgrade } from './plan-upgrade.ts';
import { placed } from './pristine.ts';
import { type NewAnswers, type Release, renderRelease } from './release.ts';
import { type Made, readMade, serviceFolder } from './service.ts';
import type { Tree } from './tree.ts';
import { agreed, carryOutTidily, ownChanges, writeAll } from './write.ts';

/** What a user asks of `svc upgrade`. */
export interface UpgradeOrder extends OfferOrder {
  /** Somewhere in the service, as seen from the command's folder. */
  readonly path: string;
  readonly set: NewAnswers;
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
    const { name: template, version } = made.lock.template;
    const files = plan.files.filter(({ fate }) => fate === 'healed');
    const notes = notesOf(made, plan.changes);
    const upgrade: Upgrade = { ...placeOf(made), state: 'healed', template: { name: template, from: version, to: version }, files, notes };
    if (files.length === 0) return upgrade;
    return { ...upgrade, confirmed: await writeAll({ made, changes: plan.changes, upgrade }, order, runtime) };
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
  /** The service's files, and whatever is at the paths of `known`. */
  ours(made: Made, known: Tree): Promise<Tree>;
  merge(sides: Sides, labels: Labels): Promise<Merge>;
}

async function prepare(made: Made, order: UpgradeOrder, runtime: Runtime): Promise<Prepared> {
  if (await loadPending(made.folder, runtime)) throw underWay(made.folder);
  const template = await offeredTemplate(made, order, runtime);
  const ask = runtime.terminal.interactive && !order.yes;
  const sources: Sources = {
    ours: (of, known) => readForUpgrade(of, known, runtime),
    merge: (sides, labels) => mergeTrees(sides, labels, runtime),
  };
  return prepareFrom(made, { template, set: order.set, ask, sources }, runtime);
}

/**
 * Plans the upgrade of a service that was read, to this template. Writes nothing.
 * @throws SvcError of the template's answers, and of what stands in the way in the service
 */
export async function prepareFrom(
  made: Made,
  { sources, ...order }: { readonly template: Template; readonly set: NewAnswers; readonly ask: boolean; readonly sources: Sources },
  runtime: Runtime,
): Promise<Prepared> {
  const { template } = order;
  const release = await renderRelease(made, order, runtime);
  const same =
    release.own.lock === Buffer.from(made.own.lock).toString('utf8').replaceAll('\r\n', '\n') && bringsTheSame(made, release.delivered);
  if (same) return { made, release, ours: new Map(), changes: [], upgrade: { ...about(made, template), state: 'current' } };
  const ours = await sources.ours(made, new Map([...release.pristine, ...made.pristine]));
  const { name, prefix, pristine: base } = made;
  const situation = { name, prefix, base, ours, theirs: release.pristine, moves: release.moves };
  const plan = await planUpgrade(situation, (sides) => sources.merge(sides, labelsOf(made, template)));
  const changes = [...plan.changes, ...(await packageChanges(made, release, runtime))];
  writesOf({ root: made.root, changes });
  const upgrade: Upgrade = { ...about(made, template), state: 'planned', files: plan.files, notes: notesOf(made, changes) };
  return { made, release, ours, changes, upgrade };
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
    await loadPending(folder, runtime);
    throw error;
  }
  await savePending({ ...pending, phase: 'written' }, runtime);
}

function about(made: Made, { manifest }: Template): Omit<Upgrade, 'state'> {
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

function bringsTheSame(made: Made, delivered: Release['delivered']): boolean {
  const now = delivered.map(({ path }) => placed(path, 'service', made.prefix));
  return now.join('\n') === made.delivered.map(({ path }) => path).join('\n');
}

/** Packages that come with a service are never merged: the name of each carries its digest, so a new one has another name. */
export async function packageChanges(
  made: Pick<Made, 'root' | 'prefix' | 'delivered'>,
  { delivered }: Pick<Release, 'delivered'>,
  { fs }: Runtime,
): Promise<readonly Change[]> {
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
