import type { Books } from './books.ts';
import { groupBy, type Invariant, sumOf } from './violation.ts';

export const O1: Invariant = {
  id: 'O1',
  holds: 'every order that was acknowledged is there, as it was told, and in the end every order is decided',
  violations: ({ books, history, isQuiet }) => {
    const orders = new Map(books.orders.map((order) => [order.id, order]));
    const acknowledged = history.flatMap(({ key: subject, userId, answer }) => {
      if (!answer || ![201, 202].includes(answer.status)) return [];
      const order = orders.get(answer.orderId ?? '');
      if (!order) return [{ subject, message: `answered with ${answer.status}, and there is no order ${answer.orderId}` }];
      if (order.userId !== userId) return [{ subject, message: `its order belongs to somebody else` }];
      return answer.status === 201 && order.state !== 'CONFIRMED' ? [{ subject, message: `answered with 201, and ${order.state}` }] : [];
    });
    return [...acknowledged, ...refused(books, history), ...totals(books), ...(isQuiet ? undecided(books) : [])];
  },
};

/** Orders that the client was told would not be, and that are. */
function refused({ orders, keys }: Books, history: Parameters<Invariant['violations']>[0]['history']) {
  const states = new Map(orders.map(({ id, state }) => [id, state]));
  const orderOf = new Map(keys.map(({ caller, key, orderId }) => [`${caller} ${key}`, orderId]));
  return history.flatMap(({ key: subject, userId, answer }) => {
    const state = states.get(orderOf.get(`${userId} ${subject}`) ?? '');
    return answer?.status === 400 && state === 'CONFIRMED' ? [{ subject, message: 'answered with 400, and CONFIRMED' }] : [];
  });
}

/** An order costs what its lines cost, less what promotions take off. */
function totals({ orders, orderLines, holds }: Books) {
  const lines = groupBy(orderLines, ({ orderId }) => orderId);
  const discounts = new Map(holds.map(({ orderId, discount }) => [orderId, discount]));
  return orders.flatMap(({ id: subject, total, amount, state }) => {
    const sum = sumOf(lines.get(subject) ?? [], ({ price, quantity }) => price * quantity);
    if (sum !== total) return [{ subject, message: `its lines cost ${sum}, and its total is ${total}` }];
    const due = total - (discounts.get(subject) ?? 0);
    return state === 'CONFIRMED' && amount !== due ? [{ subject, message: `${amount} is to be paid, and should be ${due}` }] : [];
  });
}

function undecided({ orders }: Books) {
  return orders.filter(({ state }) => state === 'PENDING').map(({ id: subject }) => ({ subject, message: 'still PENDING' }));
}

/** All paths that an order may take. */
const PATHS: readonly string[] = ['PENDING', 'PENDING CONFIRMED', 'PENDING CANCELLED'];

export const O2: Invariant = {
  id: 'O2',
  holds: 'an order is taken, then decided once, and stays so',
  violations: ({ books }) => {
    const transitions = groupBy(books.transitions, ({ orderId }) => orderId);
    return books.orders.flatMap(({ id: subject, state }) => {
      const steps = transitions.get(subject) ?? [];
      const decisions = steps.filter(({ from }) => from !== null);
      const path = ['PENDING', ...decisions.map(({ to }) => to)].join(' ');
      if (!PATHS.includes(path) || decisions.some(({ from }) => from !== 'PENDING')) return [{ subject, message: `went ${path}` }];
      return path.endsWith(state) ? [] : [{ subject, message: `is ${state} after ${path}` }];
    });
  },
};
