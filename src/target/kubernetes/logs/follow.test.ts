import { expect, it } from 'vitest';
import { SvcError } from '../../../errors.ts';
import { fakeApi } from '../api/fake-api.ts';
import type { LogWanted } from '../api/log.ts';
import type { Container } from './containers.ts';
import { follow } from './follow.ts';
import { Logbook } from './logbook.ts';

const running = (pod: string, id: string): Container => ({
  service: 'orders',
  pod,
  container: 'main',
  isOneOfMany: false,
  key: `${pod}/main`,
  current: { id, isRunning: true },
});
const line = (second: number, text: string) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.5Z ${text}`;
const broken = () => new SvcError('cluster/unreachable', 'No answer', { hint: '' });

/** Follows until so many lines came. */
async function followed(
  count: number,
  { open, look = [] }: { open: (wanted: LogWanted, asked: number) => AsyncIterable<string>; look?: readonly Container[] },
) {
  const stop = new AbortController();
  const notes: string[] = [];
  let asked = 0;
  const api = fakeApi({
    openLog: async (wanted) => {
      asked += 1;
      return open(wanted, asked);
    },
  });
  const lines: string[] = [];
  const world = {
    look: async () => look,
    book: new Logbook(api, undefined),
    signal: stop.signal,
    note: (text: string) => notes.push(text),
    pause: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
  for await (const each of follow([], world)) if (lines.push(each.line) === count) break;
  return { lines, notes };
}

it('loses and doubles no line when a connection breaks', async () => {
  async function* open(_: LogWanted, asked: number) {
    yield line(1, 'a');
    if (asked === 1) throw broken();
    yield line(1, 'a');
    yield line(2, 'b');
  }
  expect(await followed(3, { open, look: [running('one', 'x')] })).toEqual({ lines: ['a', 'a', 'b'], notes: ['No answer. Trying again'] });
});

it('brings what two pods write at about the same moment by time', async () => {
  async function* open({ pod }: LogWanted) {
    if (pod === 'late') await new Promise<void>((resolve) => setImmediate(resolve));
    yield line(pod === 'late' ? 1 : 2, pod);
  }
  expect((await followed(2, { open, look: [running('early', 'x'), running('late', 'y')] })).lines).toEqual(['late', 'early']);
});

it('ends where a right is missing', async () => {
  // biome-ignore lint/correctness/useYield: it fails before its first line
  async function* open(): AsyncGenerator<string> {
    throw new SvcError('cluster/forbidden', 'No right to the log of one', { hint: '' });
  }
  await expect(followed(1, { open, look: [running('one', 'x')] })).rejects.toThrow('No right to the log of one');
});
