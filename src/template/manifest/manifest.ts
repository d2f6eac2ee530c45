import type { Input } from '../input.ts';

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
}

/** The paths are rendered only where every named input has one of the values. */
export interface IncludeRule {
  readonly paths: readonly string[];
  readonly when: Readonly<Record<string, readonly string[]>>;
}

/**
 * Who a file belongs to after it was rendered: `owned` by the template (a change is healed), `merged` with the user's changes,
 * `once` rendered and never touched again, `region` between markers in a file that others share.
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
