import type { Books } from './books.ts';
import type { Attempt } from './history.ts';
import { groupBy, type Invariant } from './violation.ts';

export const K1: Invariant = {
  id: 'K1',
  holds: 'requests with the same Idempotency-Key get the same order, and the same answer once it is decided',
  violations: ({ books, history }) => [...differing(history), ...strays(books), ...surplus(books, history)],
};

function differing(history: readonly Attempt[]) {
  return [...groupBy(history, ({ userId, key }) => `${userId} ${key}`)].flatMap(([subject, attempts]) => {
    const answers = attempts.flatMap(({ answer }) => answer ?? []);
    const orders = new Set(answers.flatMap(({ orderId }) => orderId ?? []));
    if (orders.size > 1) return [{ subject, message: `stands for ${orders.size} orders` }];
    const decided = answers.filter(({ status }) => status === 201 || status === 400);
    const bodies = new Set(decided.map(({ status, body }) => `${status} ${JSON.stringify(body)}`));
    return bodies.size > 1 ? [{ subject, message: `was answered in ${bodies.size} ways: ${[...bodies].join(' | ')}` }] : [];
  });
}

/** The key, the order and what is remembered of it are committed together: none is there without the others. */
function strays({ keys, orders }: Books) {
  const known = new Set(orders.map(({ id }) => id));
  return keys
    .filter(({ orderId }) => orderId === null || !known.has(orderId))
    .map(({ key: subject }) => ({ subject, message: 'is remembered, and there is no order' }));
}

/** More orders of a buyer than that buyer ever asked for. Only of buyers whose whole history is known. */
function surplus({ orders }: Books, history: readonly Attempt[]) {
  const asked = groupBy(history, ({ userId }) => userId);
  return [...groupBy(orders, ({ userId }) => userId)].flatMap(([subject, placed]) => {
    const keys = new Set(asked.get(subject)?.map(({ key }) => key));
    return keys.size > 0 && placed.length > keys.size ? [{ subject, message: `${placed.length} orders for ${keys.size} keys` }] : [];
  });
}
