import type { Books } from './books.ts';
import type { Invariant } from './violation.ts';

/** What would be left of an effect that was not taken back. */
const EFFECTIVE: ReadonlySet<string> = new Set(['held', 'committed', 'spent', 'authorised', 'captured', 'pending']);

export const C1: Invariant = {
  id: 'C1',
  holds: 'what was done for an order that is cancelled is taken back, and beyond the pivot nothing is',
  violations: ({ books, isQuiet }) => [...againstThePivot(books), ...(isQuiet ? [...unfinished(books), ...left(books)] : [])],
};

/** A saga and its order tell the same story. */
function againstThePivot({ orders, sagas }: Books) {
  const states = new Map(orders.map(({ id, state }) => [id, state]));
  return sagas.flatMap(({ id: subject, is, decision }) => {
    const order = states.get(subject);
    if (!order) return [{ subject, message: 'a saga without an order' }];
    if ((is === 'backward' || is === 'undone') && order === 'CONFIRMED') return [{ subject, message: 'taken back beyond the pivot' }];
    const expected = { PENDING: null, CONFIRMED: 'confirmed', CANCELLED: 'refused' }[order];
    return decision === expected ? [] : [{ subject, message: `${order}, and the saga is ${decision ?? 'not decided'}` }];
  });
}

function unfinished({ orders, sagas }: Books) {
  const known = new Set(sagas.map(({ id }) => id));
  return [
    ...sagas.filter(({ is }) => is !== 'done' && is !== 'undone').map(({ id, is }) => ({ subject: id, message: `its saga still goes ${is}` })),
    ...orders
      .filter(({ id, coordinated }) => coordinated && !known.has(id))
      .map(({ id }) => ({ subject: id, message: 'coordinated, and there is no saga' })),
  ];
}

/** Effects for orders that are cancelled; for those that are confirmed, effects that were taken back. */
function left({ orders, reservations, holds, payments }: Books) {
  const effects = [
    ...reservations.map((row) => ({ ...row, of: 'reservation' })),
    ...holds.map((row) => ({ ...row, of: 'hold' })),
    ...payments.map((row) => ({ ...row, of: 'payment' })),
  ];
  const states = new Map(orders.map(({ id, state }) => [id, state]));
  return effects.flatMap(({ orderId: subject, state, of }) => {
    const order = states.get(subject);
    if (order === 'CANCELLED' && EFFECTIVE.has(state)) return [{ subject, message: `cancelled, and its ${of} is ${state}` }];
    const isTakenBack = state === 'released' || state === 'voided';
    return order === 'CONFIRMED' && isTakenBack ? [{ subject, message: `confirmed, and its ${of} is ${state}` }] : [];
  });
}
