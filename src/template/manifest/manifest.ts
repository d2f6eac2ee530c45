import type { Answer, Input } from '../input.ts';

/** What `template.yaml` says, checked. Plain data: bundled templates carry it inside the program. */
export interface Manifest {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** `service`, `workspace`, … as Backstage's `spec.type`. */
  readonly type: string;
  readonly version: string;
  readonly inputs: readonly Input[];
  readonly include: readonly IncludeRule[];
  readonly ownership: readonly OwnershipRule[];
  readonly moves: readonly MoveRule[];
  /** What became of inputs since earlier versions, the oldest first. */
  readonly inputMoves: readonly InputMove[];
  readonly capabilities: readonly Capability[];
}

/** The paths are rendered only where every named input has one of the values. */
export interface IncludeRule {
  readonly paths: readonly string[];
  readonly when: Readonly<Record<string, readonly string[]>>;
}

/**
 * Who a file belongs to after it was rendered: `owned` by the template (a change is healed), `merged` with the user's changes,
 * `once` rendered and left alone until an answer changes it, `region` between markers in a file that others share.
 */
export type Ownership = 'owned' | 'merged' | 'once' | 'region';

export interface OwnershipRule {
  readonly paths: readonly string[];
  readonly mode: Ownership;
}

/** A file that had another path before version `in`. */
export interface MoveRule {
  readonly in: string;
  readonly from: string;
  readonly to: string;
}

/** An input that had another name before version `in`, or that is asked no more. */
export type InputMove =
  | {
      readonly in: string;
      readonly from: string;
      readonly to: string;
      /** New value by old one, where they are called otherwise as well. */
      readonly values?: Readonly<Record<string, string>>;
    }
  | { readonly in: string; readonly removed: string };

/** Something that can be added to a service at any time: other answers, under one name. */
export interface Capability {
  readonly name: string;
  readonly title: string;
  /** The answers that it stands for. */
  readonly set: Readonly<Record<string, Answer>>;
  /** The list that takes what the user names. */
  readonly append?: string;
}
