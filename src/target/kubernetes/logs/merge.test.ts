import { expect, it } from 'vitest';
import { mergeByTime, ripe } from './merge.ts';

async function* log(...times: readonly string[]) {
  for (const time of times) yield { time };
}

it('makes one log of several, by time', async () => {
  const times: string[] = [];
  for await (const { time } of mergeByTime([log('1', '4'), log(), log('2', '3', '5')])) times.push(time);
  expect(times).toEqual(['1', '2', '3', '4', '5']);
});

it('passes on that a log broke off', async () => {
  async function* broken() {
    yield { time: '1' };
    throw new Error('broken');
  }
  const read = async () => {
    for await (const _ of mergeByTime([broken(), log('2')]));
  };
  await expect(read()).rejects.toThrow('broken');
});

it('closes every log when nobody reads on', async () => {
  let closed = 0;
  async function* closing() {
    try {
      yield { time: '1' };
      yield { time: '2' };
    } finally {
      closed += 1;
    }
  }
  for await (const _ of mergeByTime([closing(), closing()])) break;
  expect(closed).toBe(2);
});

it('holds lines back for older ones of other logs, and sends what is older along', () => {
  const held = [
    { at: 1, item: { time: '5' } },
    { at: 2, item: { time: '4' } },
    { at: 2, item: { time: '6' } },
  ];
  expect(ripe(held, 0)).toEqual({ out: [], rest: held });
  expect(ripe(held, 1)).toEqual({ out: [{ time: '4' }, { time: '5' }], rest: [{ at: 2, item: { time: '6' } }] });
});
