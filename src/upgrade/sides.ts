import { regionIn, withoutRegion, withRegion } from '../template/create/region.ts';
import type { Pristine, PristineFile } from './pristine.ts';
import type { Sides } from './three-way.ts';
import { sameFile, type Tree, type TreeFile } from './tree.ts';

/** What the template wrote, what the user made of it, what the template writes now; line ends are those of the template. */
export interface Versions {
  readonly base: Pristine;
  readonly ours: Tree;
  readonly theirs: Pristine;
  /** Files of the user's own that a new answer of theirs changes: base and theirs differ by that answer alone. */
  readonly answered: ReadonlySet<string>;
}

/** A file that ownership decides, without a merge. */
export interface Settled {
  /** What it becomes; undefined where it is not there. */
  readonly file: TreeFile | undefined;
  /** Undefined where neither side did anything that is worth telling. */
  readonly told?: Told | undefined;
}

/**
 * What an upgrade does to a file: `new` and `gone` by the template, `clean` where the template changed it and the user did not,
 * `merged` where both did, `kept` where the user did, `healed` where the user's change of the template's own file is taken back.
 */
export type FileFate = 'new' | 'clean' | 'merged' | 'conflict' | 'kept' | 'gone' | 'healed';

export interface Told {
  readonly fate: FileFate;
  /** Why it is in conflict, or what the user did that is kept. */
  readonly message?: string;
}

export interface Separated {
  readonly merge: Sides;
  readonly settled: ReadonlyMap<string, Settled>;
}

type Route = 'merge' | 'once' | 'owned' | 'region';

/**
 * Tells what ownership decides from what has to be merged.
 * @param name of the service, which its regions are marked with
 * @throws SvcError plan/conflict where the markers of a region are broken
 */
export function separate({ base, ours, theirs, answered }: Versions, name: string): Separated {
  const route = (path: string) => (answered.has(path) ? 'merge' : routeOf(base.get(path), theirs.get(path)));
  const routes = new Map([...base.keys(), ...theirs.keys()].map((path) => [path, route(path)]));
  const merged = <File extends TreeFile>(tree: ReadonlyMap<string, File>) =>
    new Map([...tree].filter(([path]) => (routes.get(path) ?? 'merge') === 'merge'));
  const settled = [...routes].flatMap(([path, way]) => {
    const at = { base: base.get(path), ours: ours.get(path), theirs: theirs.get(path) };
    return way === 'merge' ? [] : [[path, SETTLE[way](at, name)] as const];
  });
  return { merge: { base: merged(base), ours: merged(ours), theirs: merged(theirs) }, settled: new Map(settled) };
}

/** Whose the file was before counts as well: what the user was free to change is merged once more before it is the template's. */
function routeOf(base: PristineFile | undefined, theirs: PristineFile | undefined): Route {
  const now = theirs ?? base;
  if (now?.ownership === 'once') return 'once';
  if (now?.ownership === 'region') return 'region';
  return theirs?.ownership === 'owned' && base?.ownership === 'owned' ? 'owned' : 'merge';
}

interface At {
  readonly base: PristineFile | undefined;
  readonly ours: TreeFile | undefined;
  readonly theirs: PristineFile | undefined;
}

const SETTLE: Readonly<Record<Exclude<Route, 'merge'>, (at: At, name: string) => Settled>> = {
  once: ({ base, ours, theirs }) => {
    if (theirs && !base && !ours) return { file: theirs, told: { fate: 'new' } };
    const isNews = ours !== undefined && theirs !== undefined && !sameFile(base, theirs) && !sameFile(ours, theirs);
    return { file: ours, told: isNews ? { fate: 'kept', message: 'yours alone: the template writes it otherwise now' } : undefined };
  },
  owned: ({ base, ours, theirs }) => ({ file: theirs, told: sameFile(ours, theirs) ? undefined : tookOver(sameFile(base, ours)) }),
  region: settleRegion,
};

/** The lines between the markers are compared, not the file that others share. */
function settleRegion({ base, ours, theirs }: At, name: string): Settled {
  const region = { name, path: theirs?.inArea ?? base?.inArea ?? '' };
  const existing = ours && text(ours);
  const current = existing === undefined ? undefined : regionIn(existing, region);
  const [before, body] = [base && bodyOf(base), theirs && bodyOf(theirs)];
  if (body === undefined) return withoutItsRegion(ours, region);
  if (body === current) return { file: ours };
  const file = fileOf(withRegion(existing, { ...region, body }), ours ?? theirs);
  return { file, told: before === undefined ? { fate: existing === undefined ? 'new' : 'clean' } : tookOver(before === current) };
}

function withoutItsRegion(ours: TreeFile | undefined, region: { readonly name: string; readonly path: string }): Settled {
  if (!ours || regionIn(text(ours), region) === undefined) return { file: ours };
  const left = withoutRegion(text(ours), region);
  return left.trim() === '' ? { file: undefined, told: { fate: 'gone' } } : { file: fileOf(left, ours), told: { fate: 'clean' } };
}

function tookOver(wasUntouched: boolean): Told {
  return { fate: wasUntouched ? 'clean' : 'healed' };
}

/** What stands between the markers: whole lines. */
function bodyOf(file: TreeFile): string {
  return `${text(file).replace(/\n$/, '')}\n`;
}

function fileOf(content: string, like: TreeFile | undefined): TreeFile {
  return { kind: like?.kind ?? 'file', content: Buffer.from(content) };
}

function text({ content }: TreeFile): string {
  return Buffer.from(content).toString('utf8');
}
