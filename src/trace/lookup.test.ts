import { expect, it } from 'vitest';
import { FAKE_START, FAKE_TRACE_ID, fakeSpans } from './fake-trace.ts';
import { lookUp } from './lookup.ts';
import type { TraceReader } from './readers/reader.ts';

const ENDED = Number(FAKE_START / 1_000_000n) + 100;

/** A trace that grows by a span with each look, until it has three; the clock moves on by what is waited. */
async function lookAt(now: number) {
  const clock = { now, looks: 0 };
  const summary = {
    traceId: FAKE_TRACE_ID,
    start: FAKE_START,
    duration: 100_000_000n,
    rootService: 'a',
    rootName: 'b',
    errors: 0,
    services: [],
  };
  const reader: TraceReader = {
    search: async () => ({ traces: [{ ...summary, spans: Math.min(++clock.looks, 3) }], complete: true, dropped: 0 }),
    read: async () => ({ spans: fakeSpans({ id: 0, from: 0, to: 1 }), rejected: 0, problems: [] }),
  };
  const query = { by: 'latest', limit: 1, requestId: 'r' } as const;
  const pause = async (ms: number) => {
    clock.now += ms;
  };
  const found = await lookUp(reader, query, { now: () => clock.now, pause });
  return { found, ...clock };
}

it('takes a trace that ended a while ago as it is', async () => {
  expect(await lookAt(ENDED + 1_500)).toMatchObject({ looks: 1, found: { is: 'trace' } });
});

it('gives a trace that has just ended the time that exporters take', async () => {
  const { now, looks } = await lookAt(ENDED + 10);
  expect(now).toBe(ENDED + 1_510);
  expect(looks).toBe(7);
});

it('does not wait forever for a trace from the future', async () => {
  expect((await lookAt(ENDED - 3_600_000)).now).toBe(ENDED - 3_600_000 + 3_000);
});
