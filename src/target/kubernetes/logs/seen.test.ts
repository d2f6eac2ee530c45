import { describe, expect, it } from 'vitest';
import { Seen, writtenLine } from './seen.ts';

const at = (seconds: string, line: string) => ({ time: `2026-01-01T00:00:${seconds}Z`, line });
const newOf = (seen: Seen, lines: readonly ReturnType<typeof at>[], isTail = false) => {
  const isNew = seen.reading(isTail);
  return lines.filter((line) => isNew(line)).map(({ line }) => line);
};

describe('a line of a log', () => {
  it('has the time of the node in UTC, with nine decimals', () => {
    expect(writtenLine('2026-01-01T02:00:03.5+02:00 hello  world')).toEqual({
      time: '2026-01-01T00:00:03.500000000Z',
      line: 'hello  world',
    });
  });
  it('may be empty', () => {
    expect(writtenLine('2026-01-01T00:00:00Z ')?.line).toBe('');
    expect(writtenLine('2026-01-01T00:00:00Z')?.line).toBe('');
  });
  it('is none where the kubelet speaks for itself', () => {
    expect(writtenLine('unable to retrieve container logs for containerd://1')).toBeUndefined();
  });
});

describe('what was seen', () => {
  it('is left out when it is read again, what is new is not', () => {
    const seen = new Seen();
    expect(newOf(seen, [at('20.100000000', 'a'), at('20.200000000', 'b')])).toEqual(['a', 'b']);
    expect(newOf(seen, [at('20.100000000', 'a'), at('20.150000000', 'late'), at('20.200000000', 'b'), at('20.300000000', 'c')])).toEqual([
      'late',
      'c',
    ]);
  });
  it('tells lines of the same text and moment apart by their number', () => {
    const seen = new Seen();
    const twice = [at('20.100000000', 'a'), at('20.100000000', 'a')];
    expect(newOf(seen, twice)).toEqual(['a', 'a']);
    expect(newOf(seen, [...twice, at('20.100000000', 'a')])).toEqual(['a']);
  });
  it('is read on from a little before the newest line', () => {
    const seen = new Seen();
    expect(seen.since).toBeUndefined();
    newOf(seen, [at('20.100000000', 'a')]);
    expect(seen.since).toBe('2026-01-01T00:00:10.000Z');
  });
  it('does not bring back what stood before the last lines that were asked for', () => {
    const seen = new Seen();
    newOf(seen, [at('20.200000000', 'b')], true);
    expect(newOf(seen, [at('20.100000000', 'a'), at('20.200000000', 'b'), at('20.300000000', 'c')])).toEqual(['c']);
  });
  it('leaves out what is older than the moment from which on lines are wanted', () => {
    const seen = new Seen(new Date('2026-01-01T00:00:20.150Z'));
    expect(newOf(seen, [at('20.100000000', 'a'), at('20.200000000', 'b')])).toEqual(['b']);
  });
  it('forgets nothing that may be read again, however much was written', () => {
    const seen = new Seen();
    const lines = Array.from({ length: 30_000 }, (_, index) => {
      return at(
        `${String(10 + Math.floor(index / 1_000)).padStart(2, '0')}.${String(index % 1_000).padStart(3, '0')}000000`,
        `line ${index}`,
      );
    });
    expect(newOf(seen, lines)).toHaveLength(30_000);
    const since = seen.since ?? '';
    const again = lines.filter(({ time }) => time.slice(0, 19) >= since.slice(0, 19));
    expect(again.length).toBeGreaterThan(10_000);
    expect(newOf(seen, again)).toEqual([]);
  });
});
