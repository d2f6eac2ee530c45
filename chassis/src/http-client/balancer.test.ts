import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Balancer, pick, report, startBalancer } from './balancer.ts';

function picks(balancer: Balancer, count: number, at: number): readonly string[] {
  let now = balancer;
  return Array.from({ length: count }, () => {
    const [url, next] = pick(now, at);
    now = next;
    return url;
  });
}

const failing = (balancer: Balancer, url: string, times: number, at = 0) =>
  Array.from({ length: times }).reduce<Balancer>((now) => report(now, { url, ok: false, at }), balancer);

it('takes turns', () => {
  expect(picks(startBalancer(['a', 'b', 'c']), 5, 0)).toEqual(['a', 'b', 'c', 'a', 'b']);
});

it('lets an address rest after three failures in a row, longer each time, and uses it again', () => {
  const two = startBalancer(['a', 'b']);
  expect(picks(failing(two, 'a', 2), 2, 0)).toContain('a');
  expect(picks(failing(two, 'a', 3), 4, 4_999)).toEqual(['b', 'b', 'b', 'b']);
  expect(picks(failing(two, 'a', 3), 2, 5_000)).toContain('a');
  expect(picks(failing(two, 'a', 4), 2, 9_999)).not.toContain('a');
  expect(picks(failing(two, 'a', 50), 2, 60_000)).toContain('a');
});

it('forgives all failures for one success', () => {
  const healed = report(failing(startBalancer(['a', 'b']), 'a', 2), { url: 'a', ok: true, at: 0 });
  expect(picks(failing(healed, 'a', 2), 2, 0)).toContain('a');
});

it('always finds an address, whatever has failed', () => {
  const event = fc.record({ url: fc.constantFrom('a', 'b', 'c'), ok: fc.boolean(), at: fc.nat(100_000) });
  fc.assert(
    fc.property(fc.array(event), fc.nat(200_000), (events, at) => {
      expect(['a', 'b', 'c']).toContain(pick(events.reduce(report, startBalancer(['a', 'b', 'c'])), at)[0]);
    }),
  );
});
