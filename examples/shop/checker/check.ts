import { E1, E2 } from './events.ts';
import { K1 } from './keys.ts';
import { M1, M2, M3 } from './money.ts';
import { O1, O2 } from './orders.ts';
import { C1 } from './sagas.ts';
import { S1, S2 } from './stock.ts';
import type { Evidence, Invariant, Violation } from './violation.ts';

/** All that must hold in the shop. */
export const INVARIANTS: readonly Invariant[] = [M1, M2, M3, S1, S2, O1, O2, E1, E2, C1, K1];

/** Everything in the books, and in what clients were told, that must never be. */
export function check(evidence: Evidence): readonly Violation[] {
  return INVARIANTS.flatMap(({ id, violations }) => violations(evidence).map((violation) => ({ invariant: id, ...violation })));
}
