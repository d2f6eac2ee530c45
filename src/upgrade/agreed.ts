import type { Sides } from './three-way.ts';
import { sameFile, type Tree, type TreeFile } from './tree.ts';

/** A merge with what is clear without one taken out: most files of most upgrades. */
export interface Agreed {
  readonly tree: Tree;
  /** What git has to decide: the lines of files that both sides changed, and files that came or went where that matters. */
  readonly open: Sides;
}

/**
 * Takes out of a merge each file that is in all three trees and changed by one side at most. Files that came or went may be renames
 * of each other, so these are taken out together or not at all. git decides the same for what is taken out.
 */
export function withoutAgreed(sides: Sides): Agreed {
  const { base, ours, theirs } = sides;
  const paths = [...new Set([...base.keys(), ...ours.keys(), ...theirs.keys()])];
  const [staying, passing] = [paths.filter((path) => isInAll(path, sides)), paths.filter((path) => !isInAll(path, sides))];
  const mayBeRenames = passing.some((path) => isDisputed(path, sides)) || clash(passing);
  const open = new Set([...staying.filter((path) => bothChanged(path, sides)), ...(mayBeRenames ? passing : [])]);
  const clear = paths.filter((path) => !open.has(path));
  return {
    tree: new Map(clear.flatMap((path) => entry(path, agreedFile(path, sides)))),
    open: { base: only(base, open), ours: only(ours, open), theirs: only(theirs, open) },
  };
}

function isInAll(path: string, { base, ours, theirs }: Sides): boolean {
  return base.has(path) && ours.has(path) && theirs.has(path);
}

function bothChanged(path: string, { base, ours, theirs }: Sides): boolean {
  const [before, mine, its] = [base.get(path), ours.get(path), theirs.get(path)];
  return !sameFile(before, mine) && !sameFile(before, its) && !sameFile(mine, its);
}

/** Both sides did something to it, if only to delete it: it may have gone to another name on both. */
function isDisputed(path: string, { base, ours, theirs }: Sides): boolean {
  const [before, mine, its] = [base.get(path), ours.get(path), theirs.get(path)];
  if (before === undefined) return mine !== undefined && its !== undefined && !sameFile(mine, its);
  return !sameFile(before, mine) && !sameFile(before, its);
}

/** Whether one of these paths is a folder of another. */
function clash(paths: readonly string[]): boolean {
  const folders = new Set(paths.flatMap((path) => path.split('/').map((_, depth, names) => names.slice(0, depth).join('/'))));
  return paths.some((path) => folders.has(path));
}

/** The side that changed it; undefined where that side deleted it. */
function agreedFile(path: string, { base, ours, theirs }: Sides): TreeFile | undefined {
  return sameFile(base.get(path), ours.get(path)) ? theirs.get(path) : ours.get(path);
}

function entry(path: string, file: TreeFile | undefined): readonly (readonly [string, TreeFile])[] {
  return file ? [[path, file]] : [];
}

function only(tree: Tree, paths: ReadonlySet<string>): Tree {
  return new Map([...tree].filter(([path]) => paths.has(path)));
}
