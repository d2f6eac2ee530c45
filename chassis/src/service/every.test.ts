import { expect, it, vi } from 'vitest';
import { createLogger } from '../logs/logs.ts';
import { every } from './every.ts';

const lines: string[] = [];
const log = createLogger(
  { service: 'test', version: '1', level: 'info', secrets: [] },
  { write: (line) => lines.push(line), flush: async () => undefined },
);

it('goes on at once while there is more to do, then waits', async () => {
  const left = [true, true, false];
  const work = vi.fn(async () => left.shift() ?? false);
  const worker = every({ name: 'sweeping', everyMs: 60_000, work }, log);
  worker.start();
  await vi.waitFor(() => expect(work).toHaveBeenCalledTimes(3));
  await worker.stop();
  expect(work).toHaveBeenCalledTimes(3);
});

it('tries again after a failure, which the log names', async () => {
  const work = vi.fn(async () => false).mockRejectedValueOnce(new Error('the broom is gone'));
  const worker = every({ name: 'sweeping', everyMs: 1, work }, log);
  worker.start();
  await vi.waitFor(() => expect(work.mock.calls.length).toBeGreaterThan(1));
  await worker.stop();
  expect(lines.join()).toContain('sweeping failed, and is tried again');
});

it('finishes what is in hand before it has stopped', async () => {
  let finished = false;
  const work = async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    finished = true;
    return false;
  };
  const worker = every({ name: 'sweeping', everyMs: 60_000, work }, log);
  worker.start();
  await worker.stop();
  expect(finished).toBe(true);
});

it('stops although it never started', async () => {
  await every({ name: 'sweeping', everyMs: 1, work: async () => false }, log).stop();
});
