import type { Merge, Sides } from './three-way.ts';
import { sameFile, type TreeFile } from './tree.ts';

/**
 * The merge where no file has to be merged line by line and no rename can play a part: most services, most of the time. The same
 * as `mergeTrees` finds, without a process.
 * @returns undefined where git has to decide
 */
export function plainMerge({ base, ours, theirs }: Sides): Merge | undefined {
  // What is missing on our side may be there under another name, and only git looks for that.
  if ([...base.keys()].some((path) => !ours.has(path))) return undefined;
  const tree = new Map<string, TreeFile>();
  for (const path of new Set([...ours.keys(), ...theirs.keys()])) {
    const sides = { base: base.get(path), ours: ours.get(path), theirs: theirs.get(path) };
    const chosen = plainChoice(sides);
    if (chosen === 'git') return undefined;
    if (chosen) tree.set(path, chosen);
  }
  return hasFileAsFolder([...tree.keys()]) ? undefined : { tree, conflicts: [] };
}

interface At {
  readonly base: TreeFile | undefined;
  readonly ours: TreeFile | undefined;
  readonly theirs: TreeFile | undefined;
}

function plainChoice({ base, ours, theirs }: At): TreeFile | undefined | 'git' {
  if (sameFile(base, ours) || sameFile(ours, theirs)) return theirs;
  return sameFile(base, theirs) ? ours : 'git';
}

function hasFileAsFolder(paths: readonly string[]): boolean {
  const files = new Set(paths);
  return paths.some((path) => {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) if (files.has(path.slice(0, at))) return true;
    return false;
  });
}
