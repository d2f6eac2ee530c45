import { regionIn, withoutRegion, withRegion } from '../template/create/region.ts';
import type { Sides } from './merge.ts';
import type { Pristine, PristineFile } from './pristine.ts';
import { sameFile, type Tree, type TreeFile } from './tree.ts';

/** What the template wrote, what the user made of it, what the template writes now; line ends are those of the template. */
export interface Versions {
  readonly base: Pristine;
  readonly ours: Tree;
  readonly theirs: Pristine;
}

/** A file that ownership decides, without a merge. */
export interface Settled {
  /** What it becomes; undefined where it is not there. */
  readonly file: TreeFile | undefined;
  /** The user had changed what is the template's. */
  readonly healed: boolean;
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
export function separate({ base, ours, theirs }: Versions, name: string): Separated {
  const routes = new Map([...base.keys(), ...theirs.keys()].map((path) => [path, routeOf(base.get(path), theirs.get(path))]));
  const merged = <File extends TreeFile>(tree: ReadonlyMap<string, File>) =>
    new Map([...tree].filter(([path]) => (routes.get(path) ?? 'merge') === 'merge'));
  const settled = [...routes].flatMap(([path, route]) => {
    const at = { base: base.get(path), ours: ours.get(path), theirs: theirs.get(path) };
    return route === 'merge' ? [] : [[path, SETTLE[route](at, name)] as const];
  });
  return { merge: { base: merged(base), ours: merged(ours), theirs: merged(theirs) }, settled: new Map(settled) };
}

/** Whose the file was before counts as well: what the user was free to change is merged once more before it is the template's. */
function routeOf(base: PristineFile | undefined, theirs: PristineFile | undefined): Route {
  const now = theirs ?? base;
  if (now?.ownership === 'once') return 'once';
  // Only files of the repository are shared, and so hold markers.
  if (now?.ownership === 'region' && now.area === 'repository') return 'region';
  return theirs?.ownership === 'owned' && base?.ownership === 'owned' ? 'owned' : 'merge';
}

interface At {
  readonly base: PristineFile | undefined;
  readonly ours: TreeFile | undefined;
  readonly theirs: PristineFile | undefined;
}

const SETTLE: Readonly<Record<Exclude<Route, 'merge'>, (at: At, name: string) => Settled>> = {
  once: ({ base, ours, theirs }) => ({ file: base === undefined && ours === undefined ? theirs : ours, healed: false }),
  owned: ({ base, ours, theirs }) => ({ file: theirs, healed: !sameFile(base, ours) && !sameFile(ours, theirs) }),
  region: ({ base, ours, theirs }, name) => {
    const region = { name, path: theirs?.inArea ?? base?.inArea ?? '' };
    const existing = ours && text(ours);
    const current = existing === undefined ? undefined : regionIn(existing, region);
    const [before, body] = [base && text(base), theirs && text(theirs)].map((each) => each && `${each.replace(/\n$/, '')}\n`);
    const healed = before !== undefined && body !== undefined && current !== before && current !== body;
    if (body !== undefined)
      return { file: fileOf(current === body ? existing : withRegion(existing, { ...region, body }), ours ?? theirs), healed };
    const left = existing === undefined ? undefined : withoutRegion(existing, region);
    return { file: left?.trim() ? fileOf(left, ours) : undefined, healed: false };
  },
};

function fileOf(content: string | undefined, like: TreeFile | undefined): TreeFile | undefined {
  return content === undefined ? undefined : { kind: like?.kind ?? 'file', content: Buffer.from(content) };
}

function text({ content }: TreeFile): string {
  return Buffer.from(content).toString('utf8');
}
