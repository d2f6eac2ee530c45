import { expect, it, vi } from 'vitest';
import { createBatch } from './batch.ts';

function collector(options: { readonly size?: number; readonly mostWaiting?: number } = {}) {
  const handed: (readonly number[])[] = [];
  let release = () => {};
  let held: Promise<void> = Promise.resolve();
  const batch = createBatch<number>({
    delayMs: 1_000,
    size: options.size ?? 3,
    mostWaiting: options.mostWaiting ?? 10,
    async handOn(items) {
      handed.push(items);
      await held;
    },
  });
  const hold = () => {
    held = new Promise((resolve) => {
      release = resolve;
    });
  };
  return { batch, handed, hold, release: () => release() };
}

it('waits for company, but not for long', async () => {
  vi.useFakeTimers();
  const { batch, handed } = collector();
  batch.add(1);
  await vi.advanceTimersByTimeAsync(999);
  expect(handed).toEqual([]);
  batch.add(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(handed).toEqual([[1, 2]]);
  batch.add(3);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(handed).toEqual([[1, 2], [3]]);
  vi.useRealTimers();
});

it('hands on a full batch at once, and the rest with its own company', async () => {
  vi.useFakeTimers();
  const { batch, handed } = collector();
  for (const item of [1, 2, 3, 4]) batch.add(item);
  await vi.advanceTimersByTimeAsync(0);
  expect(handed).toEqual([[1, 2, 3]]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(handed).toEqual([[1, 2, 3], [4]]);
  vi.useRealTimers();
});

it('drops what is too much while nobody takes anything', async () => {
  const { batch, handed, hold, release } = collector({ mostWaiting: 4 });
  hold();
  for (let n = 1; n <= 20; n++) batch.add(n);
  release();
  await batch.flush();
  expect(handed.flat()).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

it('has handed on everything when it was flushed', async () => {
  const { batch, handed } = collector({ mostWaiting: 100 });
  for (let n = 0; n < 50; n++) batch.add(n);
  await batch.flush();
  expect(handed.flat()).toHaveLength(50);
});
