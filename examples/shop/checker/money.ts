import type { MoneyOperation, OperationRow } from './books.ts';
import { groupBy, type Invariant, sumOf } from './violation.ts';

/** What the provider has done with the money of one order. */
function moneyOf(operations: readonly OperationRow[]) {
  const sum = (kind: MoneyOperation) =>
    sumOf(
      operations.filter((operation) => operation.kind === kind && operation.approved),
      ({ amount }) => amount,
    );
  const [authorised, captured, voided, refunded] = [sum('AUTHORISE'), sum('CAPTURE'), sum('VOID'), sum('REFUND')];
  return { authorised, captured, voided, refunded, open: authorised - captured - voided };
}

export const M1: Invariant = {
  id: 'M1',
  holds: 'money is taken for confirmed orders alone, and never more than they cost',
  violations({ books, isQuiet }) {
    const orders = new Map(books.orders.map((order) => [order.id, order]));
    const taken = [...groupBy(books.bank, ({ orderId }) => orderId)].flatMap(([subject, operations]) => {
      const { captured, refunded } = moneyOf(operations);
      const order = orders.get(subject);
      if (captured === 0) return [];
      if (order?.state !== 'CONFIRMED') return [{ subject, message: `${captured} taken, and the order is ${order?.state ?? 'not there'}` }];
      const due = order.amount ?? order.total;
      return captured - refunded > due ? [{ subject, message: `${captured - refunded} taken for an order of ${due}` }] : [];
    });
    return isQuiet ? [...taken, ...unpaid(books)] : taken;
  },
};

/** Confirmed orders whose money never came. */
function unpaid({ orders, bank }: Parameters<Invariant['violations']>[0]['books']) {
  const byOrder = groupBy(bank, ({ orderId }) => orderId);
  return orders.flatMap(({ id, state, amount }) => {
    if (state !== 'CONFIRMED') return [];
    const { captured, refunded } = moneyOf(byOrder.get(id) ?? []);
    return refunded === 0 && captured !== amount ? [{ subject: id, message: `confirmed for ${amount}, and ${captured} was taken` }] : [];
  });
}

export const M2: Invariant = {
  id: 'M2',
  holds: 'what was set aside was taken or let go of, and the ledger says what the provider did',
  violations({ books, isQuiet }) {
    const open = [...groupBy(books.bank, ({ orderId }) => orderId)].flatMap(([subject, operations]) => {
      const { open: left } = moneyOf(operations);
      if (left < 0) return [{ subject, message: `${-left} more was taken or let go of than was set aside` }];
      return isQuiet && left > 0 ? [{ subject, message: `${left} is still set aside` }] : [];
    });
    return isQuiet ? [...open, ...ledgerDifferences(books)] : open;
  },
};

/** Where the ledger of payments and the provider disagree. */
function ledgerDifferences({ ledger, bank }: Parameters<Invariant['violations']>[0]['books']) {
  const name = ({ orderId, amount }: { orderId: string; amount: number }, what: string, approved: boolean) =>
    `${orderId} ${what} ${amount} ${approved ? 'approved' : 'refused'}`;
  const told = new Set(
    ledger.filter(({ phase }) => phase !== 'REQUEST').map((entry) => name(entry, entry.operation, entry.phase === 'SUCCESS')),
  );
  const done = new Set(bank.map((operation) => name(operation, operation.kind, operation.approved)));
  return [
    ...[...done].filter((one) => !told.has(one)).map((one) => ({ subject: one, message: 'done, and not in the ledger' })),
    ...[...told].filter((one) => !done.has(one)).map((one) => ({ subject: one, message: 'in the ledger, and never done' })),
  ];
}

export const M3: Invariant = {
  id: 'M3',
  holds: 'each operation on the money of an order is done once, however often it is asked for',
  violations: ({ books }) =>
    [
      ...groupBy(
        books.bank.filter(({ approved }) => approved),
        ({ orderId, kind }) => `${orderId} ${kind}`,
      ),
    ].flatMap(([subject, done]) => (done.length > 1 ? [{ subject, message: `done ${done.length} times` }] : [])),
};
