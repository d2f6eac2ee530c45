import type { Books } from './books.ts';
import type { Attempt } from './history.ts';

export type InvariantId = 'M1' | 'M2' | 'M3' | 'S1' | 'S2' | 'O1' | 'O2' | 'E1' | 'E2' | 'C1' | 'K1';

/** Something that must never be. */
export interface Violation {
  readonly invariant: InvariantId;
  /** Which order, product, event … */
  readonly subject: string;
  readonly message: string;
}

/** What a checker looks at. */
export interface Evidence {
  readonly books: Books;
  readonly history: readonly Attempt[];
  /** Whether nothing is under way any more. Some things must hold only then. */
  readonly isQuiet: boolean;
}

export interface Invariant {
  readonly id: InvariantId;
  /** One sentence that says what holds. */
  readonly holds: string;
  violations(evidence: Evidence): readonly Omit<Violation, 'invariant'>[];
}

/** Entries by what they belong to. */
export function groupBy<T>(entries: readonly T[], keyOf: (entry: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const group = groups.get(keyOf(entry));
    if (group) group.push(entry);
    else groups.set(keyOf(entry), [entry]);
  }
  return groups;
}

export function sumOf<T>(entries: readonly T[], amountOf: (entry: T) => number): number {
  return entries.reduce((sum, entry) => sum + amountOf(entry), 0);
}
