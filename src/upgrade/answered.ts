import type { Pristine } from './pristine.ts';
import { sameFile, type Tree } from './tree.ts';

/** What the user's new answers change of files that are the user's own. */
export interface Answered {
  readonly base: Pristine;
  readonly theirs: Pristine;
  /** By path, as the user has the files. */
  readonly answered: ReadonlySet<string>;
}

interface Renders {
  /** What the template wrote. */
  readonly base: Pristine;
  readonly ours: Tree;
  /** What it writes now for the new answers. */
  readonly theirs: Pristine;
  /** What it writes now for the old ones; undefined where no answer changes. */
  readonly before: Pristine | undefined;
  /** New path by old path: files of the user's own stay at the old one. */
  readonly moved: ReadonlyMap<string, string>;
}

/**
 * An upgrade leaves `once` files alone, whatever the template changed in them. An answer that the user changes is the user's will:
 * exactly its difference, between two renders of the same version, is merged into them. What does not differ is not looked at.
 */
export function answeredFiles({ base, ours, theirs, before, moved }: Renders): Answered {
  const answered = new Set<string>();
  if (!before) return { base, theirs, answered };
  const [changedBase, changedTheirs] = [new Map(base), new Map(theirs)];
  const oldPaths = new Map([...moved].map(([from, to]) => [to, from]));
  for (const path of new Set([...before.keys(), ...theirs.keys()])) {
    const [old, now] = [before.get(path), theirs.get(path)];
    if ((now ?? old)?.ownership !== 'once' || sameFile(old, now)) continue;
    const from = oldPaths.get(path);
    const at = from !== undefined && ours.has(from) && !ours.has(path) ? from : path;
    // What the service never had is as new to it as to any other.
    const isNew = !ours.has(at) && !base.has(at) && !base.has(from ?? at);
    if (isNew) continue;
    answered.add(at);
    for (const [side, file] of [
      [changedBase, old],
      [changedTheirs, now],
    ] as const) {
      side.delete(path);
      if (file) side.set(at, file);
      else side.delete(at);
    }
  }
  return { base: changedBase, theirs: changedTheirs, answered };
}
