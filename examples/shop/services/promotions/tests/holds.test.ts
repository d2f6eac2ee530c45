import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import type { Hold } from '../src/holds/holds.ts';
import { bodyOf, startApp } from './app.ts';

const app = await startApp({ EXPIRE_EVERY_MS: '100' });
afterAll(() => app.stop());

const hold = async (order: string, wish: object) =>
  bodyOf<Hold>(await app.send('PUT', `/holds/${order}`, { userId: randomUUID(), total: 5000, ...wish }));
const release = (order: string) => app.send('DELETE', `/holds/${order}`);
const spend = (order: string) => app.send('PUT', `/holds/${order}/spend`);
const points = async (user: string) =>
  (await bodyOf<{ points: number }>(await app.send('GET', `/points/${user}`))).points;
const usesLeft = async (code: string) => {
  const answer = await app.send('PUT', `/coupons/${code}`, { discount: 1, uses: 1 });
  return (await bodyOf<{ usesLeft: number }>(answer)).usesLeft;
};

async function coupon(uses: number, discount = 500): Promise<string> {
  const code = randomUUID().slice(0, 13).toUpperCase();
  await app.send('PUT', `/coupons/${code}`, { discount, uses });
  return code;
}

async function userWith(balance: number): Promise<string> {
  const user = randomUUID();
  await app.send('PUT', `/points/${user}/grants/${randomUUID()}`, { points: balance });
  return user;
}

test('a coupon and points make an order cheaper, by no more than it costs', async () => {
  const [code, user] = [await coupon(5, 4000), await userWith(3000)];
  expect(await hold(randomUUID(), { userId: user, coupon: code, points: 3000 })).toMatchObject({ discount: 5000 });
  expect(await points(user)).toBe(2000);
});

test('an order that uses nothing is held for all the same', async () => {
  expect(await hold(randomUUID(), {})).toMatchObject({ state: 'held', discount: 0 });
});

test('two hundred orders with the last ten uses of a coupon: ten get one', async () => {
  const code = await coupon(10);
  const holds = await Promise.all([...Array(200)].map(() => hold(randomUUID(), { coupon: code })));
  expect(holds.filter(({ state }) => state === 'held')).toHaveLength(10);
  expect(await usesLeft(code)).toBe(0);
});

test('points are never spent twice by orders at the same time', async () => {
  const user = await userWith(1000);
  const holds = await Promise.all([...Array(20)].map(() => hold(randomUUID(), { userId: user, points: 300 })));
  expect(holds.filter(({ state }) => state === 'held')).toHaveLength(3);
  expect(await points(user)).toBe(100);
});

test('where there are not enough points the coupon is not used up either, and the answer says why', async () => {
  const code = await coupon(1);
  expect(await hold(randomUUID(), { coupon: code, points: 1 })).toMatchObject({
    state: 'refused',
    discount: 0,
    reason: 'There are not enough points',
  });
  expect(await usesLeft(code)).toBe(1);
  expect(await hold(randomUUID(), { coupon: 'NO-SUCH' })).toMatchObject({ reason: 'The coupon is not valid' });
});

test('holding, releasing and spending again changes nothing', async () => {
  const [code, user] = [await coupon(5), await userWith(1000)];
  const [given, used] = [randomUUID(), randomUUID()];
  const wish = { userId: user, coupon: code, points: 400 };
  await Promise.all([1, 2, 3].map(() => hold(given, wish)));
  await hold(used, wish);
  await Promise.all([1, 2, 3].flatMap(() => [release(given), spend(used)]));
  expect([await points(user), await usesLeft(code)]).toEqual([600, 4]);
  expect((await release(used)).status).toBe(409);
  expect((await spend(given)).status).toBe(409);
});

test('a release that comes first keeps the hold that comes late from taking anything', async () => {
  const [order, user] = [randomUUID(), await userWith(1000)];
  await release(order);
  expect(await hold(order, { userId: user, points: 400 })).toMatchObject({ state: 'released', discount: 0 });
  expect(await points(user)).toBe(1000);
});

test('an order that asks for something else under its id is told so', async () => {
  const [order, user] = [randomUUID(), await userWith(1000)];
  await hold(order, { userId: user, points: 1 });
  const answer = await app.send('PUT', `/holds/${order}`, { userId: user, total: 5000, points: 2 });
  expect(answer.status).toBe(409);
});

test('a hold that nobody spends is given back once, and can still be spent while nobody else has', async () => {
  const [order, code, user] = [randomUUID(), await coupon(1), await userWith(1000)];
  await hold(order, { userId: user, coupon: code, points: 400, holdSeconds: 1 });
  const state = async () => (await bodyOf<Hold>(await app.send('GET', `/holds/${order}`))).state;
  await expect.poll(state, { timeout: 10_000 }).toBe('expired');
  expect([await points(user), await usesLeft(code)]).toEqual([1000, 1]);
  expect((await spend(order)).status).toBe(200);
  expect([await points(user), await usesLeft(code)]).toEqual([600, 0]);
}, 20_000);
