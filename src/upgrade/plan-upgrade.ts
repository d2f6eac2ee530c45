import { SvcError } from '../errors.ts';
import type { Change } from '../plan/plan.ts';
import type { MoveRule, Ownership } from '../template/manifest/manifest.ts';
import { answeredFiles } from './answered.ts';
import { normaliseLineEnds } from './line-ends.ts';
import { movedPaths, type Prefix, type Pristine, withMoves } from './pristine.ts';
import { type Settled, separate, type Told, type Versions } from './sides.ts';
import type { Conflict, Merge, Sides } from './three-way.ts';
import { sameFile, type Tree, type TreeFile } from './tree.ts';

export interface FileChange extends Told {
  /** From the root of the repository. */
  readonly path: string;
  /** Whose it is by the template; undefined for a file that the template does not know. */
  readonly ownership: Ownership | undefined;
  /** The path before the template moved it. */
  readonly from?: string;
}

export interface UpgradePlan {
  /** By path. */
  readonly files: readonly FileChange[];
  readonly changes: readonly Change[];
}

/** The service as it is, and the two renders. Contents as they are on disk. */
export interface Situation {
  readonly name: string;
  readonly prefix: Prefix;
  readonly base: Pristine;
  readonly ours: Tree;
  readonly theirs: Pristine;
  /** What the template writes now without the answers that the user changes; undefined where they change none. */
  readonly before?: Pristine | undefined;
  /** Those that lie between the two renders. */
  readonly moves: readonly MoveRule[];
}

/**
 * Plans an upgrade. Pure but for `merge`, which is given what has to be merged line by line.
 * @throws SvcError plan/conflict where markers of a region are broken, or a link is where the template has a file
 */
export async function planUpgrade(situation: Situation, merge: (sides: Sides) => Promise<Merge>): Promise<UpgradePlan> {
  const { aligned, movedOurs } = align(situation);
  const lineEnds = { ours: normaliseLineEnds(aligned.ours), theirs: normaliseLineEnds(aligned.theirs) };
  const versions: Versions = {
    base: normalisedPristine(aligned.base),
    ours: lineEnds.ours.tree,
    theirs: normalisedPristine(aligned.theirs),
    answered: aligned.answered,
  };
  const { merge: sides, settled: byOwnership } = separate(versions, situation.name);
  const { merged, settled } = withoutDeleted(await mergeValues(sides, merge), byOwnership, versions);
  const decided = new Map([...merged.tree, ...settledFiles(settled)]);
  const final = lineEnds.ours.restore(
    new Map([...decided].map((entry) => withTheirLineEnds(entry, { ours: versions.ours, lineEnds: lineEnds.theirs }))),
  );
  const files = fatesOf({ versions, decided, settled, conflicts: merged.conflicts, moved: movedOurs });
  return { files, changes: changesOf(situation.ours, final) };
}

/** A merge by lines, and where those collide in JSON by values. */
async function mergeValues(sides: Sides, merge: (sides: Sides) => Promise<Merge>): Promise<Merge> {
  const merged = await merge(sides);
  if (!merged.conflicts.some(({ path }) => path.endsWith('.json'))) return merged;
  const { withMergedJson } = await import('./merge-json.ts');
  return withMergedJson(sides, merged);
}

/** The three sides with the template's files under one name, and with what the user's new answers change of the user's own files. */
function align({ base, ours, theirs, before, moves, prefix }: Situation) {
  const moved = movedPaths(base, moves, prefix);
  const movedOurs = new Map([...moved].filter(([from, to]) => base.get(from)?.ownership !== 'once' && !ours.has(to)));
  const renamed = { base: withMoves(base, moved), ours: withMoves(ours, movedOurs) };
  return { aligned: { ...renamed, ...answeredFiles({ ...renamed, theirs, before, moved }) }, movedOurs };
}

/** What the user deleted of their own files stays deleted, whatever an answer would change in it. */
function withoutDeleted(merge: Merge, settled: ReadonlyMap<string, Settled>, { ours, answered }: Versions) {
  const isDeleted = ({ path, kind }: Conflict) => kind === 'CONFLICT (modify/delete)' && answered.has(path) && !ours.has(path);
  const deleted = new Set(merge.conflicts.filter(isDeleted).map(({ path }) => path));
  const told: Told = { fate: 'kept', message: 'you deleted it: what the new answer changes in it is left out' };
  return {
    merged: {
      tree: new Map([...merge.tree].filter(([path]) => !deleted.has(path))),
      conflicts: merge.conflicts.filter(({ path }) => !deleted.has(path)),
    },
    settled: new Map([...settled, ...[...deleted].map((path) => [path, { file: undefined, told }] as const)]),
  };
}

function normalisedPristine(files: Pristine): Pristine {
  const { tree } = normaliseLineEnds(files);
  return new Map([...files].map(([path, file]) => [path, { ...file, ...tree.get(path) }]));
}

function settledFiles(settled: ReadonlyMap<string, Settled>): Tree {
  return new Map([...settled].flatMap(([path, { file }]) => (file ? [[path, file] as const] : [])));
}

/** A file that is new to the user has the line ends that the template wrote. */
function withTheirLineEnds(
  [path, file]: readonly [string, TreeFile],
  { ours, lineEnds }: { readonly ours: Tree; readonly lineEnds: ReturnType<typeof normaliseLineEnds> },
): readonly [string, TreeFile] {
  return [path, ours.has(path) ? file : (lineEnds.restore(new Map([[path, file]])).get(path) ?? file)];
}

interface Decided {
  readonly versions: Versions;
  readonly decided: Tree;
  readonly settled: ReadonlyMap<string, Settled>;
  readonly conflicts: readonly Conflict[];
  readonly moved: ReadonlyMap<string, string>;
}

function fatesOf({ versions, decided, settled, conflicts, moved }: Decided): readonly FileChange[] {
  const { base, ours, theirs } = versions;
  const cameFrom = new Map([...moved].map(([from, to]) => [to, from]));
  const disputed = new Map(conflicts.map((conflict) => [conflict.path, reasonOf(conflict, ours)]));
  const paths = [...new Set([...base.keys(), ...ours.keys(), ...decided.keys(), ...disputed.keys()])].sort();
  return paths.flatMap((path) => {
    const sides = { base: base.get(path), ours: ours.get(path), theirs: theirs.get(path) };
    const at = { ...sides, final: decided.get(path), from: cameFrom.get(path) };
    const message = disputed.get(path);
    const decision = settled.get(path);
    const told = message !== undefined ? { fate: 'conflict' as const, message } : decision ? decision.told : fateOf(at);
    const ownership = (sides.theirs ?? sides.base)?.ownership;
    if (!told) return [];
    return [{ path, ownership, ...told, ...(at.from !== undefined && { from: at.from }) }];
  });
}

/** A conflict in words that say what is in the file now; what is rare is told as git tells it. */
function reasonOf({ path, kind, message }: Conflict, ours: Tree): string {
  if (kind === 'CONFLICT (modify/delete)') {
    return ours.has(path)
      ? 'the template deletes what you changed: yours is left'
      : 'you deleted what the template changes: the template’s is there again';
  }
  if (kind === 'CONFLICT (binary)') return 'both changed it, and it is no text: yours is left';
  return kind === 'CONFLICT (contents)' ? 'both changed the same lines' : message.replace(/^CONFLICT \([^)]*\): /, '');
}

interface FileAt {
  readonly base: TreeFile | undefined;
  readonly ours: TreeFile | undefined;
  readonly theirs: TreeFile | undefined;
  readonly final: TreeFile | undefined;
  readonly from: string | undefined;
}

/** Nothing where neither side did anything to the file, or it is the user's own. */
function fateOf({ base, ours, theirs, final, from }: FileAt): Told | undefined {
  const edited = !sameFile(base, ours);
  if (!ours && final) {
    const isMerged = theirs !== undefined && !sameFile(final, theirs);
    return isMerged ? { fate: 'merged', message: 'the template’s new name for a file that you changed' } : { fate: 'new' };
  }
  if (!ours) return base && { fate: 'kept', message: 'you deleted it or gave it another name' };
  if (!final) return edited ? { fate: 'gone', message: 'it has another name now' } : { fate: 'gone' };
  if (sameFile(ours, final) && from === undefined) return edited && base ? { fate: 'kept' } : undefined;
  return { fate: edited ? 'merged' : 'clean' };
}

/** The way from one tree to the other. */
function changesOf(before: Tree, after: Tree): readonly Change[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((path): readonly Change[] => {
    const [old, now] = [before.get(path), after.get(path)];
    if (sameFile(old, now)) return [];
    if (old?.kind === 'link' || now?.kind === 'link') throw linkInTheWay(path);
    if (!now) return old ? [{ kind: 'remove', path, expected: old.content }] : [];
    const written = { path, content: now.content, executable: now.kind === 'executable' };
    return [old ? { kind: 'replace', ...written, expected: old.content } : { kind: 'create', ...written }];
  });
}

function linkInTheWay(path: string): SvcError {
  return new SvcError('plan/conflict', `${path} is a link, and the template changes the file that was there`, {
    hint: 'Put the file in place of the link, then run the command again',
  });
}
