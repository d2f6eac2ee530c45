import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { buy, type History, newCoupon, newProduct, newUser } from './harness/buyer.ts';
import { startServer } from './harness/databases.ts';
import { verdict } from './harness/quiet.ts';
import { type Flow, startShop } from './harness/shop.ts';

const BUYERS = 200;
const FEW = 10;

describe.each<Flow>(['orchestration', 'choreography'])('by %s', async (flow) => {
  const shop = await startShop({ server: inject('server'), flow });
  const history: History = [];
  afterAll(() => shop.stop());

  const allBuy = async (wish: { readonly productId: string; readonly coupon?: string; readonly card?: string }, buyers = BUYERS) => {
    const { productId, card = 'card-good', ...more } = wish;
    const order = { items: [{ productId, quantity: 1 }], card, ...more };
    const users = await Promise.all([...Array(8)].map(() => newUser(shop)));
    const answers = await Promise.all(
      [...Array(buyers)].map((_, buyer) => buy(shop, { userId: users[buyer % 8] as string, wish: order, patienceMs: 60_000 }, history)),
    );
    expect(await verdict(shop.databases, history, 60_000)).toEqual([]);
    return answers;
  };
  /** How many orders stand, once all are decided. */
  const standing = async (answers: Awaited<ReturnType<typeof allBuy>>) => {
    const decided = await Promise.all(
      answers.map(async (answer) => {
        if (answer?.status !== 202) return answer?.status === 201;
        const attempt = history.find((one) => one.answer === answer);
        const response = await fetch(`${shop.urls.orders}/orders/${answer.orderId}`, { headers: { 'x-user-id': attempt?.userId ?? '' } });
        return ((await response.json()) as { readonly state: string }).state === 'CONFIRMED';
      }),
    );
    return decided.filter(Boolean).length;
  };

  test('two hundred buyers of the last ten units: ten orders', async () => {
    expect(await standing(await allBuy({ productId: await newProduct(shop, FEW) }))).toBe(FEW);
  });

  test('two hundred buyers with the last ten uses of a coupon: ten orders', async () => {
    const [productId, coupon] = await Promise.all([newProduct(shop, BUYERS), newCoupon(shop, FEW)]);
    expect(await standing(await allBuy({ productId, coupon }))).toBe(FEW);
  });

  test.each(['card-slow', 'card-lost', 'card-down-3'])('a provider that answers late, loses its answer or is away: %s', async (card) => {
    expect(await standing(await allBuy({ productId: await newProduct(shop, 3), card }, 3))).toBe(3);
  });
});

test('PostgreSQL is killed under load: no order is missing that somebody was told of', async () => {
  const server = await startServer();
  const shop = await startShop({ server: server.url, flow: 'orchestration' });
  try {
    const history: History = [];
    const [userId, productId] = await Promise.all([newUser(shop), newProduct(shop, 1_000)]);
    const wish = { items: [{ productId, quantity: 1 }], card: 'card-good' };
    const buyers = [...Array(60)].map(async (_, turn) => {
      await sleep(turn * 50);
      return buy(shop, { userId, wish, patienceMs: 60_000 }, history);
    });
    await sleep(1_500);
    await server.crash();
    const answers = await Promise.all(buyers);
    expect(answers.map((answer) => answer?.status).filter((status) => status !== 201 && status !== 202)).toEqual([]);
    expect(await verdict(shop.databases, history, 60_000)).toEqual([]);
  } finally {
    await shop.stop();
    await server.stop();
  }
});
