import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createService as choreography } from '../src/flow/choreography.ts';
import { createService as orchestration } from '../src/flow/orchestration.ts';
import type { Order } from '../src/orders/order.ts';
import { bodyOf, example, startApp, unknownId } from './app.ts';
import { buyer, cup, teapot } from './shop.ts';

const styles = { orchestration, choreography };

const titleOf = async (answer: Response) => {
  const { detail } = await bodyOf<{ detail?: string }>(answer);
  return `${answer.status} ${detail}`;
};

describe.each(Object.entries(styles))('an order by %s', async (style, create) => {
  const app = await startApp(create, { DECIDE_WITHIN_MS: '4000' });
  const { shop } = app;
  afterAll(() => app.stop());
  beforeEach(() => {
    Object.assign(shop.mood, { stock: 'held', coupon: 'held', card: 'authorised', discount: 0 });
    shop.mood.silent.clear();
    shop.asked.length = 0;
  });

  const newest = async () => (await bodyOf<{ items: Order[] }>(await app.send('GET', '/orders?limit=1'))).items[0];

  test('stands, with the names and prices of its products', async () => {
    const answer = await app.place({ ...example, items: [...example.items, { productId: cup, quantity: 1 }] });
    expect(answer.status).toBe(201);
    const order = await bodyOf<Order>(answer);
    expect(order).toMatchObject({ state: 'CONFIRMED', total: 5700, discount: 0, amount: 5700 });
    expect(order.items).toEqual([
      { productId: teapot, name: 'teapot', price: 2500, quantity: 2 },
      { productId: cup, name: 'cup', price: 700, quantity: 1 },
    ]);
    expect(answer.headers.get('location')).toBe(`/orders/${order.id}`);
    expect(await bodyOf(await app.send('GET', `/orders/${order.id}`))).toEqual(order);
  });

  test('costs what coupon and points leave of it', async () => {
    shop.mood.discount = 700;
    const order = await bodyOf<Order>(await app.place({ ...example, coupon: 'SPRING', points: 200 }));
    expect(order).toMatchObject({ total: 5000, discount: 700, amount: 4300 });
  });

  test.each([
    ['Payment failed', { card: 'declined' }],
    ['Out of stock', { stock: 'refused' }],
    ['The coupon is not valid', { coupon: 'refused' }],
  ])('is cancelled with 400 "%s"', async (reason, mood) => {
    Object.assign(shop.mood, mood);
    expect(await titleOf(await app.place())).toBe(`400 ${reason}`);
    expect(await newest()).toMatchObject({ state: 'CANCELLED', reason });
  });

  test.each([
    ['User not found', unknownId, example],
    ['Product not found', buyer, { ...example, items: [{ productId: unknownId, quantity: 1 }] }],
  ])('is not taken: 404 "%s"', async (reason, user, body) => {
    expect(await titleOf(await app.place(body, { user }))).toBe(`404 ${reason}`);
  });

  test('is nobody else’s: another user’s is 404, and without a user there is none', async () => {
    const path = (await app.place()).headers.get('location') ?? '';
    expect((await app.send('GET', path, { user: randomUUID() })).status).toBe(404);
    expect((await app.send('GET', path, { user: '' })).status).toBe(401);
    expect((await app.place(example, { user: '' })).status).toBe(401);
  });

  test('needs a key, and takes no prices from who buys', async () => {
    expect((await app.place(example, { key: '' })).status).toBe(400);
    const cheap = { ...example, items: [{ productId: teapot, quantity: 1, price: 1 }] };
    expect((await app.place(cheap)).status).toBe(400);
    expect((await app.place({ ...example, total: 1 })).status).toBe(400);
  });

  test('is one for one key, at the same time or later, even while nobody else answers', async () => {
    const key = randomUUID();
    const answers = await Promise.all([1, 2, 3].map(() => app.place(example, { key })));
    for (const silent of ['users', 'products']) shop.mood.silent.add(silent);
    answers.push(await app.place(example, { key }));
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(bodies).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect((await app.place({ ...example, card: 'card-other' }, { key })).status).toBe(422);
  });

  test('a refusal is the answer to its key as well', async () => {
    const key = randomUUID();
    shop.mood.card = 'declined';
    const first = await titleOf(await app.place(example, { key }));
    shop.mood.card = 'authorised';
    expect([first, await titleOf(await app.place(example, { key }))]).toEqual(Array(2).fill('400 Payment failed'));
  });
});

describe.each(Object.entries(styles))('an order that takes longer, by %s', async (style, create) => {
  const app = await startApp(create, { DECIDE_WITHIN_MS: '300' });
  afterAll(() => app.stop());

  test('is told of at its address, and decided there', async () => {
    app.shop.mood.silent.add(style === 'orchestration' ? 'reservations' : 'inventory');
    const answer = await app.place();
    expect(answer.status).toBe(202);
    const order = await bodyOf<Order>(answer);
    expect(order).toMatchObject({ state: 'PENDING' });
    app.shop.mood.silent.clear();
    await app.events.send('inventory', { type: 'STOCK_RESERVED', key: order.id, data: { orderId: order.id } });
    const state = async () => (await bodyOf<Order>(await app.send('GET', `/orders/${order.id}`))).state;
    await expect.poll(state, { timeout: 15_000 }).toBe('CONFIRMED');
  }, 20_000);
});
