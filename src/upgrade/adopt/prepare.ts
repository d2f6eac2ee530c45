import { basename, join, relative, sep } from 'node:path';
import { SvcError } from '../../errors.ts';
import { type Change, refuseUnsafe, writesOf } from '../../plan/plan.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { encodeBase } from '../../template/base.ts';
import { chassisPackage } from '../../template/create/chassis.ts';
import type { Placement } from '../../template/create/placement.ts';
import { builtIns, recorded, workspaceChanges } from '../../template/create/plan-new.ts';
import { LOCK_PATH } from '../../template/lock.ts';
import { lockText } from '../../template/lock-text.ts';
import { renderTemplate, usesChassis } from '../../template/template.ts';
import { mergeTrees } from '../merge.ts';
import { readKnown, readOurs } from '../ours.ts';
import { planPackages } from '../packages.ts';
import { loadPending } from '../pending.ts';
import { type FileChange, planUpgrade, type UpgradePlan } from '../plan-upgrade.ts';
import { type Prefix, type Pristine, pristineOf } from '../pristine.ts';
import type { Release } from '../release.ts';
import type { Tree } from '../tree.ts';
import { underWay } from '../upgrade.ts';
import type { Adoption, AdoptOrder } from './adoption.ts';
import { type Aligned, align } from './align.ts';
import { settleAnswers } from './answers.ts';
import { chooseTemplate } from './fit.ts';
import { gather } from './gather.ts';

/** Where the service stands. */
export interface Place {
  readonly folder: string;
  readonly root: string;
  readonly prefix: Prefix;
  readonly placement: Placement;
  /** No package was delivered with it so far. */
  readonly delivered: readonly never[];
}

/** A plan, and what carrying it out needs. */
export interface Prepared {
  readonly place: Place;
  readonly own: Release['own'];
  readonly ours: Tree;
  readonly changes: readonly Change[];
  readonly adoption: Adoption;
}

/**
 * Plans an adoption; asks where somebody is there and a question is open.
 * @throws SvcError as `adoptService`
 */
export async function prepare(
  { folder, placement }: Pick<Place, 'folder' | 'placement'>,
  order: AdoptOrder,
  runtime: Runtime,
): Promise<Prepared> {
  if (await loadPending(folder, runtime)) throw underWay(folder);
  await refuseMade(folder, runtime);
  const root = placement.repository;
  const place: Place = { folder, root, prefix: relative(root, folder).split(sep).join('/'), placement, delivered: [] };
  const decided = await decide(place, order, runtime);
  const { release, answers } = decided;
  const ours = new Map([...(await readOurs(place, new Map(), runtime)), ...(await readKnown(root, release.pristine, runtime))]);
  const takeOwned = order.takeOwned || (decided.asks && !order.dryRun && (await consents(release.pristine, ours, runtime)));
  const aligned = align(release.pristine, ours, { takeOwned });
  const name = String(answers.find((answer) => answer.name === 'name')?.value ?? basename(folder));
  const plan = await merge({ place, name, release, aligned, ours }, runtime);
  const changes = [
    ...plan.changes,
    ...(await planPackages({ root, prefix: place.prefix, delivered: [] }, release.delivered, runtime.fs)).changes,
    ...(await entries(place, release, runtime)),
  ];
  writesOf({ root, changes });
  const { name: template, version } = release.template.manifest;
  const adoption: Adoption = {
    state: 'planned',
    name,
    folder,
    root,
    template: { name: template, version, reason: decided.reason },
    answers,
    files: filesOf(plan.files, aligned),
    notes: [...decided.notes, ...notesOf(place, changes, aligned)],
    confirmed: false,
  };
  return { place, own: release.own, ours, changes, adoption };
}

async function refuseMade(folder: string, { fs }: Runtime): Promise<void> {
  if ((await fs.info(join(folder, LOCK_PATH))) === undefined) return;
  throw new SvcError('plan/conflict', `A template made ${folder} already: there is ${LOCK_PATH}`, {
    hint: 'See how it differs: svc diff; bring it up to date: svc upgrade',
  });
}

type Rendered = Pick<Release, 'pristine' | 'delivered' | 'own' | 'template'>;

interface Decided extends Pick<Adoption, 'answers' | 'notes'> {
  readonly release: Rendered;
  readonly reason: string;
  readonly asks: boolean;
}

/** Which template, and with which answers. */
async function decide(place: Place, order: AdoptOrder, runtime: Runtime): Promise<Decided> {
  const { folder, placement } = place;
  const asks = runtime.terminal.interactive && !order.yes;
  const names = ((await runtime.fs.list(folder)) ?? []).filter(({ kind }) => kind === 'file').map((entry) => entry.name);
  const { template, reason } = await chooseTemplate(order.template, { names, asks }, runtime);
  const { found, notes } = await gather(placement, runtime.fs);
  const settled = await settleAnswers(template.manifest.inputs, { set: order.set, found, ask: asks ? runtime.ask : undefined });
  const delivered = usesChassis(template) ? [await chassisPackage(runtime)] : [];
  const year = runtime.now().getFullYear();
  const about = builtIns({ template, placement, delivered, year });
  const files = renderTemplate(template, settled.answers, about);
  refuseUnsafe(files.map(({ path }) => path));
  const own = { lock: lockText(recorded({ template, placement }), settled.answers, year), base: encodeBase(files, delivered) };
  const release = { template, delivered, pristine: pristineOf(files, place.prefix), own };
  return { release, reason, asks, answers: settled.sourced, notes: [...notes, ...settled.notes] };
}

/** Asks once for all files that are the template's own and are there with other content. */
async function consents(pristine: Pristine, ours: Tree, { ask }: Runtime): Promise<boolean> {
  const paths = [...align(pristine, ours, { takeOwned: true }).base].filter(([, file]) => file.ownership === 'owned').map(([path]) => path);
  if (paths.length === 0) return false;
  const list = paths.map((path) => `  ${path}`).join('\n');
  return ask.confirm({ message: `These files are the template’s own, and yours differ:\n${list}\nTake the template’s?`, default: false });
}

interface Merging {
  readonly place: Place;
  readonly name: string;
  readonly release: Rendered;
  readonly aligned: Aligned;
  readonly ours: Tree;
}

/** Conflicts show two sides: there is no third that both came from. */
function merge({ place: { prefix }, name, release, aligned, ours }: Merging, runtime: Runtime): Promise<UpgradePlan> {
  const { name: template, version } = release.template.manifest;
  const labels = { base: 'nothing', ours: 'yours', theirs: `${template}-${version}`, style: 'merge' as const };
  const situation = { name, prefix, base: aligned.base, ours, theirs: aligned.theirs, moves: [] };
  return planUpgrade(situation, (sides) => mergeTrees(sides, labels, runtime));
}

/** In a workspace the service is entered where `svc new` would enter it. */
async function entries({ root, placement }: Place, { template, pristine }: Rendered, { fs }: Runtime): Promise<readonly Change[]> {
  const own = [...pristine.values()].filter(({ area }) => area === 'service').map(({ inArea }) => ({ path: inArea }));
  const changes = await workspaceChanges({ placement, template }, own, fs);
  const inside = changes.map((change) => ({ ...change, path: relative(root, change.path).split(sep).join('/') }));
  return inside.filter(({ kind, path }) => kind !== 'unchanged' && !path.startsWith('..'));
}

/** What a merge without a past says of a file, in words that fit. */
function filesOf(files: readonly FileChange[], { told }: Aligned): readonly FileChange[] {
  const others = files.filter(({ path }) => !told.has(path)).map(reworded);
  const own = [...told].map(([path, { fate, message }]) => ({ path, ownership: 'merged' as const, fate, message }));
  return [...others, ...own].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function reworded(change: FileChange): FileChange {
  const { fate, ownership } = change;
  if (fate === 'conflict') return { ...change, message: disagreement(change) };
  if (fate === 'healed') return { ...change, message: 'the template’s own: yours is replaced' };
  if (fate === 'clean' && ownership === 'region') return { ...change, fate: 'merged', message: 'lines of its own are added' };
  return fate === 'kept' ? { ...change, message: 'yours stays' } : change;
}

function disagreement({ ownership, message = '' }: FileChange): string {
  if (ownership === 'owned') return 'the template’s own, and yours differs: --take-owned takes the template’s';
  return message.includes('no text') ? message : 'yours and the template’s differ';
}

function notesOf({ placement }: Place, changes: readonly Change[], { left, notes }: Aligned): readonly string[] {
  const isPackage = ({ kind, path }: Change) => kind !== 'unchanged' && /(^|\/)package\.json$/.test(path);
  return [
    ...notes,
    ...(left.length > 0 ? [`Left out: ${left.length} files of example code, as the service has code of its own`] : []),
    ...(changes.some(isPackage) ? ['package.json changes: run npm install afterwards'] : []),
    ...(placement.git === undefined ? ['This is in no git repository: what is changed here cannot be brought back'] : []),
  ];
}
