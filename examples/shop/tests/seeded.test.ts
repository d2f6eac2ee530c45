import { randomInt } from 'node:crypto';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { type Link, openLink, SOUND } from '../faults/link.ts';
import type { History } from './harness/buyer.ts';
import { verdict } from './harness/quiet.ts';
import { CORE, HAS_EVENTS, type ServiceName } from './harness/services.ts';
import { type Flow, type Shop, startShop } from './harness/shop.ts';
import { oneOfEach, stockUp } from './harness/traffic.ts';

/** The same seed is the same run, as far as processes that run side by side let it be. */
const SEED = Number(process.env['SHOP_SEED'] ?? randomInt(2 ** 31));
/** For each style. */
const RUNS = Number(process.env['SHOP_RUNS'] ?? 10);

console.log(`SHOP_SEED=${SEED} SHOP_RUNS=${RUNS}`);

describe.each<Flow>(['orchestration', 'choreography'])('two crashes, answers that are lost, requests twice, late and out of order, by %s', async (flow) => {
  const random = randomFrom(SEED + flow.length);
  const links: Link[] = [];
  const linkTo = async (_from: ServiceName, _to: ServiceName, url: string) => {
    const link = await openLink(url, random);
    links.push(link);
    return link.url;
  };
  const shop = await startShop({ server: inject('server'), flow, linkTo });
  afterAll(async () => {
    await shop.stop();
    await Promise.all(links.map((link) => link.close()));
  });
  const goods = await stockUp(shop);
  const history: History = [];
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;

  test.each([...Array(RUNS)].map((_, run) => run + 1))('run %i', async () => {
    for (const { faults } of links) {
      Object.assign(faults, { latencyMs: 40 * random(), reorder: random() < 0.5, refuse: 0.05, loseAnswer: 0.05, duplicate: 0.1 });
    }
    const services = CORE.filter((service) => HAS_EVENTS.has(service));
    const one = pick(services);
    const other = pick(services.filter((service) => service !== one));
    const deaths = [one, other].map((service) => killOnce(shop, service, `${pick(pointsOf(shop, service))}:${pick([1, 2])}`));
    await Promise.all([oneOfEach(shop, goods, history), oneOfEach(shop, goods, history)]);
    for (const { faults } of links) Object.assign(faults, SOUND);
    for (const end of deaths) await end();
    expect(await verdict(shop.databases, history, 40_000)).toEqual([]);
  });
});

/** What every service with events passes, before its own report says more. */
function pointsOf(shop: Shop, service: ServiceName): readonly string[] {
  const reached = [...shop.reached(service)];
  return reached.length > 0 ? reached : ['relay:after-send'];
}

/** Has a service killed at a point, and starts it again. Returns how to see that through: where it never came there, nothing happened. */
function killOnce(shop: Shop, service: ServiceName, point: string): () => Promise<void> {
  let isOver = false;
  let restarting: Promise<void> | undefined;
  void shop.process(service).ended.then(() => {
    if (isOver) return;
    shop.crashAt(service, undefined);
    restarting = shop.restart(service);
  });
  shop.crashAt(service, point);
  return async () => {
    shop.crashAt(service, undefined);
    isOver = shop.process(service).isRunning();
    await restarting;
  };
}

/** Mulberry32: small, and good enough to choose by. */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
