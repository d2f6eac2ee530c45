import type { Tree } from './tree.ts';

/** The three sides: what the template wrote, what the user made of it, what the template writes now. */
export interface Sides {
  readonly base: Tree;
  readonly ours: Tree;
  readonly theirs: Tree;
}

/** How conflict markers name the sides: each a valid name of a git branch. */
export interface Labels {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
  /** How conflicts in a text are shown: with what both came from (the default), or just the two sides where they came from nothing. */
  readonly style?: 'diff3' | 'merge';
}

export interface Conflict {
  readonly path: string;
  /** `CONFLICT (contents)` and its like, as git names them. */
  readonly kind: string;
  readonly message: string;
}

export interface Merge {
  /** A file in conflict holds markers in diff3 style where it is text, else the user's content. */
  readonly tree: Tree;
  readonly conflicts: readonly Conflict[];
}
