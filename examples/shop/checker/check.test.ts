import { expect, test } from 'vitest';
import type { Books } from './books.ts';
import { check, INVARIANTS } from './check.ts';
import type { Attempt } from './history.ts';
import type { InvariantId } from './violation.ts';

const [good, bad, user, tea] = ['good-order', 'bad-order', 'user', 'tea'] as const;

/** A confirmed order and a cancelled one, with all that belongs to them. */
const SOUND: Books = {
  orders: [
    { id: good, userId: user, state: 'CONFIRMED', total: 500, amount: 400, coordinated: true },
    { id: bad, userId: user, state: 'CANCELLED', total: 250, amount: null, coordinated: true },
  ],
  orderLines: [
    { orderId: good, productId: tea, price: 250, quantity: 2 },
    { orderId: bad, productId: tea, price: 250, quantity: 1 },
  ],
  transitions: [
    { orderId: good, from: null, to: 'PENDING' },
    { orderId: good, from: 'PENDING', to: 'CONFIRMED' },
    { orderId: bad, from: null, to: 'PENDING' },
    { orderId: bad, from: 'PENDING', to: 'CANCELLED' },
  ],
  keys: [
    { caller: user, key: 'k1', orderId: good },
    { caller: user, key: 'k2', orderId: bad },
  ],
  sagas: [
    { id: good, is: 'done', decision: 'confirmed' },
    { id: bad, is: 'undone', decision: 'refused' },
  ],
  stock: [{ productId: tea, onHand: 8, reserved: 0 }],
  deliveries: [{ productId: tea, quantity: 10 }],
  reservations: [
    { orderId: good, state: 'committed' },
    { orderId: bad, state: 'released' },
  ],
  reservationLines: [
    { orderId: good, productId: tea, quantity: 2 },
    { orderId: bad, productId: tea, quantity: 1 },
  ],
  coupons: [{ code: 'C', uses: 5, usesLeft: 4 }],
  points: [{ userId: user, balance: 50 }],
  pointsLedger: [
    { userId: user, reason: 'granted', reference: 'grant', change: 100 },
    { userId: user, reason: 'held', reference: good, change: -50 },
  ],
  holds: [
    { orderId: good, state: 'spent', coupon: 'C', points: 50, discount: 100 },
    { orderId: bad, state: 'released', coupon: null, points: 0, discount: 0 },
  ],
  payments: [
    { orderId: good, amount: 400, state: 'captured', wanted: 'captured' },
    { orderId: bad, amount: 250, state: 'declined', wanted: 'voided' },
  ],
  ledger: [
    { orderId: good, operation: 'AUTHORISE', phase: 'REQUEST', amount: 400 },
    { orderId: good, operation: 'AUTHORISE', phase: 'SUCCESS', amount: 400 },
    { orderId: good, operation: 'CAPTURE', phase: 'SUCCESS', amount: 400 },
    { orderId: bad, operation: 'AUTHORISE', phase: 'FAILURE', amount: 250 },
  ],
  bank: [
    { key: 'good:AUTHORISE', kind: 'AUTHORISE', orderId: good, amount: 400, approved: true },
    { key: 'good:CAPTURE', kind: 'CAPTURE', orderId: good, amount: 400, approved: true },
    { key: 'bad:AUTHORISE', kind: 'AUTHORISE', orderId: bad, amount: 250, approved: false },
  ],
  products: [{ productId: tea, name: 'Tea', price: 250, version: 2 }],
  copies: [{ keeper: 'orders', productId: tea, name: 'Tea', price: 250, version: 2 }],
  mail: [
    {
      service: 'products',
      receives: {},
      outbox: [1, 2].map((version) => ({ eventId: `e${version}`, topic: 'products', isPublished: true })),
      inbox: [],
      deadLetters: [],
    },
    {
      service: 'orders',
      receives: { products: ['PRODUCT_CHANGED'] },
      outbox: [],
      inbox: [1, 2].map((version) => ({ source: '/products', eventId: `e${version}` })),
      deadLetters: [],
    },
  ],
  log: [1, 2].map((version) => ({
    topic: 'products',
    partition: 0,
    offset: version - 1,
    key: tea,
    eventId: `e${version}`,
    source: '/products',
    type: 'PRODUCT_CHANGED',
    data: { version },
  })),
  places: [{ group: 'orders', topic: 'products', partition: 0, next: 2 }],
};

const TOLD: readonly Attempt[] = [
  { key: 'k1', userId: user, answer: undefined },
  { key: 'k1', userId: user, answer: { status: 201, body: { id: good }, orderId: good } },
  { key: 'k2', userId: user, answer: { status: 400, body: { detail: 'Payment failed' }, orderId: undefined } },
];

/** Which invariants find something, in sound books but for a change. */
function caught(change: Partial<Books>, history = TOLD): readonly InvariantId[] {
  const found = check({ books: { ...SOUND, ...change }, history, isQuiet: true });
  return [...new Set(found.map(({ invariant }) => invariant))];
}

/** Rows with a change in the one at an index. */
const but = <T>(rows: readonly T[], index: number, change: Partial<T>) => rows.map((row, at) => (at === index ? { ...row, ...change } : row));

test('sound books are found sound', () => {
  expect(check({ books: SOUND, history: TOLD, isQuiet: true })).toEqual([]);
});

const [products, orders] = SOUND.mail as [Books['mail'][number], Books['mail'][number]];
const voided = { key: 'x', kind: 'VOID', orderId: good, amount: 400, approved: true } as const;
const answered = (status: number, orderId: string | undefined, body: unknown = { id: orderId }): readonly Attempt[] => [
  ...TOLD,
  { key: 'k1', userId: user, answer: { status, body, orderId } },
];

type Case = readonly [finds: InvariantId, what: string, change: Partial<Books>, history?: readonly Attempt[]];

const BROKEN: readonly Case[] = [
  ['M1', 'money taken for a cancelled order', { bank: but(SOUND.bank, 2, { kind: 'CAPTURE', approved: true }) }],
  ['M1', 'money taken for an order that does not exist', { orders: SOUND.orders.slice(1) }],
  ['M1', 'more taken than is due', { bank: but(SOUND.bank, 1, { amount: 401 }) }],
  ['M1', 'a confirmed order that nobody paid', { bank: SOUND.bank.slice(0, 1) }],
  ['M2', 'money that stays set aside', { bank: but(SOUND.bank, 2, { approved: true }) }],
  ['M2', 'money taken and let go of', { bank: [...SOUND.bank, voided] }],
  ['M2', 'a ledger that tells of what was never done', { bank: SOUND.bank.slice(0, 2) }],
  ['M3', 'an operation done twice', { bank: [...SOUND.bank, { ...voided, kind: 'CAPTURE', amount: 0 }] }],
  ['S1', 'a unit that was lost', { stock: [{ productId: tea, onHand: 7, reserved: 0 }] }],
  ['S1', 'a unit that is held for nobody', { stock: [{ productId: tea, onHand: 8, reserved: 1 }] }],
  ['S1', 'more held than is there', { stock: [{ productId: tea, onHand: 8, reserved: 9 }] }],
  ['S2', 'a cancelled order that still holds', { reservations: but(SOUND.reservations, 1, { state: 'held' }) }],
  ['S2', 'a confirmed order without its goods', { reservations: SOUND.reservations.slice(1) }],
  ['S2', 'a hold for an order that does not exist', { holds: [...SOUND.holds, { orderId: 'nobody', state: 'held', coupon: null, points: 0, discount: 0 }] }],
  ['S2', 'a use of a coupon that was lost', { coupons: [{ code: 'C', uses: 5, usesLeft: 3 }] }],
  ['S2', 'points out of nothing', { points: [{ userId: user, balance: 51 }] }],
  ['O1', 'an acknowledged order that is not there', {}, answered(202, 'lost', {})],
  ['O1', 'an order that is never decided', { orders: but(SOUND.orders, 1, { state: 'PENDING' }) }],
  ['O1', 'a confirmed order whose buyer was told no', { keys: but(SOUND.keys, 1, { orderId: good }) }],
  ['O1', 'a total that is not what its lines cost', { orderLines: SOUND.orderLines.slice(1) }],
  ['O2', 'an order decided twice', { transitions: [...SOUND.transitions, { orderId: bad, from: 'CANCELLED', to: 'CONFIRMED' }] }],
  ['O2', 'a state that nothing led to', { transitions: SOUND.transitions.filter(({ to }) => to === 'PENDING') }],
  ['E1', 'an event that was never sent', { mail: [{ ...products, outbox: but(products.outbox, 0, { isPublished: false }) }, orders] }],
  ['E1', 'an event that was sent and is not in the log', { log: SOUND.log.slice(1) }],
  ['E1', 'an event that was acknowledged and not handled', { mail: [products, { ...orders, inbox: orders.inbox.slice(1) }] }],
  ['E1', 'an event that was not acknowledged', { places: but(SOUND.places, 0, { next: 1 }) }],
  ['E1', 'an event that was handled twice', { mail: [products, { ...orders, inbox: [...orders.inbox, ...orders.inbox] }] }],
  ['E1', 'a dead letter', { mail: [products, { ...orders, deadLetters: [{ eventId: 'e', type: 'PRODUCT_CHANGED', cause: 'bug' }] }] }],
  ['E2', 'versions that fall', { log: but(SOUND.log, 1, { data: { version: 1 } }) }],
  ['E2', 'a copy that is behind', { copies: but(SOUND.copies, 0, { version: 1 }) }],
  ['C1', 'a saga taken back beyond the pivot', { sagas: but(SOUND.sagas, 0, { is: 'backward' }) }],
  ['C1', 'a saga that does not end', { sagas: but(SOUND.sagas, 1, { is: 'backward' }) }],
  ['C1', 'an order that no saga sees through', { sagas: SOUND.sagas.slice(1) }],
  ['C1', 'a payment that was not taken back', { payments: but(SOUND.payments, 1, { state: 'authorised' }) }],
  ['K1', 'a key that stands for two orders', {}, answered(201, bad)],
  ['K1', 'a key with two answers', {}, answered(201, good, { id: good, more: true })],
  ['K1', 'a key that is remembered without an order', { keys: [...SOUND.keys, { caller: user, key: 'k3', orderId: null }] }],
  ['K1', 'more orders than keys', {}, TOLD.slice(0, 2)],
];

test.each(BROKEN.map(([finds, what, change, history]) => ({ finds, what, change, history })))('$finds finds $what', ({ finds, change, history }) => {
  expect(caught(change, history)).toContain(finds);
});

test('each invariant is shown to find something', () => {
  expect(new Set(BROKEN.map(([invariant]) => invariant))).toEqual(new Set(INVARIANTS.map(({ id }) => id)));
});
