import { expect, test } from 'vitest';
import { arrivals, openLoop } from './open-loop.ts';
import { reportOf, tableOf } from './report.ts';

test('people come at random, and so many a second in the mean', () => {
  const times = arrivals({ rate: 50, seconds: 100 }, Math.random);
  expect(times.length).toBeGreaterThan(4_500);
  expect(times.length).toBeLessThan(5_500);
  expect(times).toEqual(times.toSorted((left, right) => left - right));
});

test('a slow session keeps nobody from beginning', async () => {
  let secondBegan = () => {};
  const second = new Promise<void>((resolve) => {
    secondBegan = resolve;
  });
  const session = async (_beganAt: number, number: number) => {
    if (number === 0) await second;
    if (number === 1) secondBegan();
    return [{ step: 'visit', outcome: '200', tookMs: 1 }];
  };
  expect((await openLoop({ rate: 100, seconds: 0.3 }, session)).length).toBeGreaterThan(1);
});

test('a report says how each step went', () => {
  const samples = [...Array(100)].map((_, index) => ({ step: 'order', outcome: index < 99 ? '201' : 'no answer', tookMs: index + 1 }));
  expect(reportOf(samples)).toEqual([{ step: 'order', count: 100, p50: 50, p95: 95, p99: 99, outcomes: { '201': 99, 'no answer': 1 } }]);
  expect(tableOf(reportOf(samples))).toMatch(/order +100 +50 ms +95 ms +99 ms +201 × 99, no answer × 1/);
});
