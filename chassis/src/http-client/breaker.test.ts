import { expect, it } from 'vitest';
import { CLOSED, type Event, type State, step } from './breaker.ts';

const after = (state: State, ...events: readonly Event[]) => events.reduce((now, event) => step(now, event)[0], state);
const times = (count: number, type: 'succeeded' | 'failed', at = 0): readonly Event[] =>
  Array.from({ length: count }, () => ({ type, at }));
const admitted = (state: State, at: number) => step(state, { type: 'call', at })[1].some((action) => action.do === 'admit');

it('opens when half of the calls have failed, from the tenth call on', () => {
  expect(after(CLOSED, ...times(9, 'failed')).is).toBe('closed');
  expect(after(CLOSED, ...times(10, 'failed')).is).toBe('open');
  expect(after(CLOSED, ...times(51, 'succeeded'), ...times(50, 'failed')).is).toBe('open');
  expect(after(CLOSED, ...times(51, 'succeeded'), ...times(49, 'failed')).is).toBe('closed');
});

it('judges by the last hundred calls', () => {
  expect(after(CLOSED, ...times(1_000, 'succeeded'), ...times(49, 'failed')).is).toBe('closed');
  expect(after(CLOSED, ...times(1_000, 'succeeded'), ...times(50, 'failed')).is).toBe('open');
});

it('refuses calls for ten seconds, then tries with five at a time', () => {
  let state = after(CLOSED, ...times(10, 'failed', 1_000));
  expect([admitted(state, 1_000), admitted(state, 10_999), admitted(state, 11_000)]).toEqual([false, false, true]);
  for (let n = 0; n < 5; n++) state = after(state, { type: 'call', at: 11_000 });
  expect(admitted(state, 11_000)).toBe(false);
});

it('closes when most trial calls succeed, with its memory wiped', () => {
  const trying = after(CLOSED, ...times(10, 'failed'), ...Array.from({ length: 5 }, () => ({ type: 'call', at: 10_000 }) as const));
  expect(after(trying, ...times(2, 'failed', 10_001), ...times(3, 'succeeded', 10_002))).toEqual(CLOSED);
  expect(after(trying, ...times(3, 'failed', 10_001))).toEqual({ is: 'open', until: 20_001 });
});

it('is not moved by answers to calls that were made before it opened', () => {
  const open = after(CLOSED, ...times(10, 'failed'));
  expect(after(open, ...times(5, 'succeeded', 1), ...times(5, 'failed', 1))).toEqual(open);
});
