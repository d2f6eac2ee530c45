import type { Books } from './books.ts';
import { groupBy, type Invariant, sumOf } from './violation.ts';

export const S1: Invariant = {
  id: 'S1',
  holds: 'what came in is there or sold, and what is held is there',
  violations: ({ books }) => {
    const delivered = groupBy(books.deliveries, ({ productId }) => productId);
    const [sold, held] = (['committed', 'held'] as const).map((state) => linesIn(books, state)) as [Lines, Lines];
    return books.stock.flatMap(({ productId: subject, onHand, reserved }) => {
      const [came, gone, kept] = [delivered, sold, held].map((lines) => sumOf(lines.get(subject) ?? [], ({ quantity }) => quantity)) as [
        number,
        number,
        number,
      ];
      return [
        came !== onHand + gone && `${came} came in, ${gone} are sold, and ${onHand} are there`,
        reserved !== kept && `${reserved} count as held, and orders hold ${kept}`,
        !(onHand >= reserved && reserved >= 0) && `${reserved} of ${onHand} are held`,
      ]
        .filter((message) => message !== false)
        .map((message) => ({ subject, message }));
    });
  },
};

type Lines = ReadonlyMap<string, readonly { readonly quantity: number }[]>;

/** By product, what reservations in a state ask for. */
function linesIn({ reservations, reservationLines }: Books, state: string): Lines {
  const orders = new Set(reservations.filter((reservation) => reservation.state === state).map(({ orderId }) => orderId));
  return groupBy(
    reservationLines.filter(({ orderId }) => orders.has(orderId)),
    ({ productId }) => productId,
  );
}

/** What an order that is decided leaves behind, by its state. */
const LEFT = {
  CONFIRMED: { stock: ['committed'], benefits: ['spent'] },
  CANCELLED: { stock: ['released', 'refused', 'expired', undefined], benefits: ['released', 'refused', 'expired', undefined] },
} as const;

export const S2: Invariant = {
  id: 'S2',
  holds: 'in the end confirmed orders have what they asked for, others hold nothing, and coupons and points add up',
  violations: ({ books, isQuiet }) => [...benefits(books), ...(isQuiet ? [...effects(books), ...ownerless(books)] : [])],
};

function effects(books: Books) {
  const stock = new Map(books.reservations.map(({ orderId, state }) => [orderId, state]));
  const holds = new Map(books.holds.map(({ orderId, state }) => [orderId, state]));
  return books.orders.flatMap(({ id: subject, state }) => {
    if (state === 'PENDING') return [];
    const { stock: inStock, benefits: ofBenefits } = LEFT[state];
    return [
      !isOneOf(inStock, stock.get(subject)) && `${state}, and its reservation is ${stock.get(subject) ?? 'not there'}`,
      !isOneOf(ofBenefits, holds.get(subject)) && `${state}, and its hold is ${holds.get(subject) ?? 'not there'}`,
    ]
      .filter((message) => message !== false)
      .map((message) => ({ subject, message }));
  });
}

function isOneOf(allowed: readonly (string | undefined)[], state: string | undefined): boolean {
  return allowed.includes(state);
}

/** What is held or sold for orders that do not exist. */
function ownerless({ orders, reservations, holds }: Books) {
  const known = new Set(orders.map(({ id }) => id));
  return [...reservations, ...holds]
    .filter(({ orderId, state }) => ['held', 'committed', 'spent'].includes(state) && !known.has(orderId))
    .map(({ orderId: subject, state }) => ({ subject, message: `${state} for an order that does not exist` }));
}

/** Uses and points that were lost, or given away twice. */
function benefits({ coupons, holds, points, pointsLedger }: Books) {
  const using = holds.filter(({ state }) => state === 'held' || state === 'spent');
  const used = groupBy(using, ({ coupon }) => coupon ?? '');
  const entries = groupBy(pointsLedger, ({ userId }) => userId);
  return [
    ...coupons.flatMap(({ code: subject, uses, usesLeft }) => {
      const inUse = used.get(subject)?.length ?? 0;
      return uses === usesLeft + inUse ? [] : [{ subject, message: `${uses} uses, ${inUse} taken, and ${usesLeft} left` }];
    }),
    ...points.flatMap(({ userId: subject, balance }) => {
      const sum = sumOf(entries.get(subject) ?? [], ({ change }) => change);
      return sum === balance && balance >= 0 ? [] : [{ subject, message: `${balance} points, and the ledger says ${sum}` }];
    }),
  ];
}
