import pg from 'pg';
import { expect, inject, test } from 'vitest';
import type { InvariantId } from '../checker/violation.ts';
import { buy, type History } from './harness/buyer.ts';
import { buildWith, type Defect } from './harness/defect.ts';
import { verdict } from './harness/quiet.ts';
import { type Flow, type Shop, startShop } from './harness/shop.ts';
import { type Goods, oneOfEach, stockUp } from './harness/traffic.ts';

interface Known extends Defect {
  /** What other systems do. */
  readonly seen: string;
  readonly flow: Flow;
  /** What must not hold any more. */
  readonly breaks: InvariantId;
  /** What the database would not let happen, were it not taken out of the way. */
  readonly unguard?: (shop: Shop) => Promise<void>;
  readonly traffic?: (shop: Shop, goods: Goods, history: History) => Promise<unknown>;
}

const DEFECTS: Readonly<Record<string, Known>> = {
  'charge-first': {
    seen: 'the money is taken before it is certain that there will be an order, and is not given back',
    flow: 'orchestration',
    breaks: 'M1',
    service: 'orders',
    changes: [
      {
        file: 'flow/orchestration.ts',
        is: "if (state !== 'authorised') throw new Refused('Payment failed');",
        becomes: 'await at.payments.put(path`/payments/${id}/capture`, undefined);',
      },
      {
        file: 'flow/orchestration.ts',
        is: "if (!(await confirm(tools, tx, { id, discount }))) throw new Refused('The order was cancelled');",
        becomes: "throw new Refused('It cannot be shipped');",
      },
    ],
  },
  'commit-and-move-on': {
    seen: 'a consumer moves on before it has done its work, which is then lost',
    flow: 'choreography',
    breaks: 'M2',
    service: 'payments',
    changes: [{ file: 'payments/consumers.ts', is: "await want(tx, orderId, 'captured');", becomes: 'return;' }],
  },
  'publish-once': {
    seen: 'an event is marked as sent by who wrote it, whether it was sent or not',
    flow: 'choreography',
    breaks: 'E1',
    service: 'orders',
    changes: [
      {
        file: 'orders/decide.ts',
        is: "await tools.events.publish(tx, { type: 'ORDER_CONFIRMED', key: id, data: { orderId: id, ...order } });",
        becomes: `await tools.events.publish(tx, { type: 'ORDER_CONFIRMED', key: id, data: { orderId: id, ...order } });
  await tx.execute(sql\`UPDATE svckit.outbox SET published_at = now() WHERE published_at IS NULL\`);`,
      },
    ],
  },
  'acknowledge-failures': {
    seen: 'an event counts as handled although its handler failed',
    flow: 'choreography',
    breaks: 'S2',
    service: 'inventory',
    changes: [
      {
        file: 'consumers.ts',
        is: 'if (!coordinated) await commit(tx, orderId);',
        becomes: "if (!coordinated) await Promise.reject(new Error('no')).catch(() => undefined);",
      },
    ],
  },
  'answer-without-an-order': {
    seen: 'a key is remembered as done although the order was not taken, and the buyer is told that it stands',
    flow: 'orchestration',
    breaks: 'O1',
    service: 'orders',
    changes: [
      { file: 'orders/handlers.ts', is: 'await take(needs, tx, { ...order, coordinated: flow.coordinated });', becomes: '' },
      { file: 'orders/handlers.ts', is: 'await flow.begin(tx, order);', becomes: '' },
      {
        file: 'orders/handlers.ts',
        is: 'const decided = await decisions.until(id, decideWithinMs, () => decidedOrder(db, id));',
        becomes: "const decided = { id, state: 'CONFIRMED', items: [], total: 0, createdAt: '2026-01-01T00:00:00Z' } as Order;",
      },
    ],
  },
  'ship-unpaid': {
    seen: 'a payment that failed makes an order one that is paid',
    flow: 'choreography',
    breaks: 'M1',
    service: 'orders',
    changes: [
      {
        file: 'consumers.ts',
        is: "PAYMENT_DECLINED: ({ data: { orderId } }, tx) => refuse(needs, tx, { id: orderId, reason: 'Payment failed' }),",
        becomes: 'PAYMENT_DECLINED: async ({ data: { orderId: id } }, tx) => void (await confirm(needs, tx, { id })),',
      },
    ],
  },
  'look-then-take': {
    seen: 'stock is looked at, and taken later: two buyers get the last one',
    flow: 'orchestration',
    breaks: 'S1',
    service: 'inventory',
    changes: [
      { file: 'stock/stock.ts', is: 'ORDER BY product_id FOR UPDATE`);', becomes: '`);\n  await new Promise((resolve) => setTimeout(resolve, 300));' },
    ],
    unguard: (shop) => inDatabase(shop.databases.inventory, 'ALTER TABLE stock DROP CONSTRAINT stock_check, DROP CONSTRAINT stock_on_hand_check'),
    traffic: (shop, { userId, scarce }, history) => {
      const wish = { items: [{ productId: scarce, quantity: 1 }], card: 'card-good' };
      return Promise.all([...Array(8)].map(() => buy(shop, { userId, wish }, history)));
    },
  },
};

test.each(Object.entries(DEFECTS))('%s is caught', async (name, { flow, breaks, unguard, traffic = oneOfEach, ...defect }) => {
  const { program, remove } = buildWith(defect, name);
  try {
    const shop = await startShop({ server: inject('server'), flow, programs: { [defect.service]: program } });
    try {
      const history: History = [];
      const goods = await stockUp(shop);
      await unguard?.(shop);
      await traffic(shop, goods, history);
      const violations = await verdict(shop.databases, history, 4_000);
      expect(violations.map(({ invariant }) => invariant)).toContain(breaks);
    } finally {
      await shop.stop();
    }
  } finally {
    remove();
  }
});

async function inDatabase(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}
