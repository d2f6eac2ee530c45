import { CRASH_POINTS } from '@svckit/chassis/testing';
import { afterAll, expect, inject, test } from 'vitest';
import type { Answer } from '../../checker/history.ts';
import type { History } from './buyer.ts';
import { becomesQuiet, verdict } from './quiet.ts';
import { CORE, type ServiceName } from './services.ts';
import { type Flow, type Shop, startShop } from './shop.ts';
import { type Goods, oneOfEach, type Situation, stockUp } from './traffic.ts';

interface Cell {
  readonly service: ServiceName;
  readonly point: string;
}

/** Orders may go past a point less often than expected: then there are a few more. */
const ROUNDS = 4;

/**
 * Kills each service at each point that it passes, at the first and the second time, while one order is good, one cannot be paid and
 * one asks for what is not there.
 */
export async function crashSuite(flow: Flow): Promise<void> {
  const history: History = [];
  const shop = await startShop({ server: inject('server'), flow });
  afterAll(() => shop.stop());
  const goods = await stockUp(shop);
  await oneOfEach(shop, goods, history);
  await becomesQuiet(shop.databases);
  const cells = CORE.flatMap((service) =>
    [...shop.reached(service)].flatMap((point) => [1, 2].map((hit) => ({ service, point: `${point}:${hit}` }))),
  );

  test('every place where a crash would hurt is passed by some service', () => {
    const reached = new Set(CORE.flatMap((service) => [...shop.reached(service)]));
    const expected = flow === 'orchestration' ? CRASH_POINTS : CRASH_POINTS.filter((point) => !point.startsWith('saga:'));
    expect([...reached].toSorted()).toEqual(expected.toSorted());
  });

  test.each(cells)('nothing is lost when $service is killed at $point', async (cell) => {
    const answers = await roundsOf(shop, { cell, goods, history });
    for (const told of answers) assertTold(told);
    expect(await verdict(shop.databases, history)).toEqual([]);
  });
}

interface Run {
  readonly cell: Cell;
  readonly goods: Goods;
  readonly history: History;
}

type Told = Readonly<Record<Situation, Answer | undefined>>;

/** Places orders until the service has died there, and is back. */
async function roundsOf(shop: Shop, { cell: { service, point }, goods, history }: Run): Promise<readonly Told[]> {
  let died = false;
  const back = shop.process(service).ended.then(async () => {
    died = true;
    shop.crashAt(service, undefined);
    await shop.restart(service);
  });
  shop.crashAt(service, point);
  const told: Told[] = [];
  for (let round = 0; round < ROUNDS && !died; round++) {
    told.push(await oneOfEach(shop, goods, history));
    if (!died) await becomesQuiet(shop.databases, 3_000);
  }
  shop.crashAt(service, undefined);
  expect(died, `${service} came past ${point}`).toBe(true);
  await back;
  return told;
}

/** What takes longer than a buyer waits for is told of as under way. */
function assertTold(told: Told): void {
  expect(told.good?.status).toBeOneOf([201, 202]);
  for (const [situation, reason] of [['payment fails', 'Payment failed'], ['out of stock', 'Out of stock']] as const) {
    const answer = told[situation];
    if (answer?.status !== 202) expect(answer).toMatchObject({ status: 400, body: { detail: reason } });
  }
}
