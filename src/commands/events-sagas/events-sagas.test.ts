import { expect, it } from 'vitest';
import { plain } from '../../output/style.ts';
import { eventsSagas } from './events-sagas.command.ts';
import { view } from './events-sagas.view.ts';

const saga = {
  service: 'orders',
  name: 'place-order',
  id: '01a20b7c',
  state: 'going on',
  step: 'capture',
  attempts: 4,
  stuck: true,
  lastError: 'UpstreamError: payments does not answer',
  since: '2026-11-23T10:20:30.400Z',
} as const;

it('says that all is well where no saga is open', () => {
  expect(view({ did: 'list', sagas: [] }, plain)).toBe('✓ No saga is open');
});

it('shows where a saga stands, what hinders it, and how to mend it', () => {
  const text = view({ did: 'list', sagas: [saga] }, plain);
  expect(text).toMatch(/orders +place-\S+ +01a20b7c +going on, stuck +capture +4 +2026-11-23 10:20:30/);
  expect(text).toContain('01a20b7c: UpstreamError: payments does not answer');
  expect(text).toContain('svc events sagas --retry 01a20b7c');
});

it('does not offer to mend what is on its way', () => {
  expect(view({ did: 'list', sagas: [{ ...saga, stuck: false }] }, plain)).not.toContain('--retry');
});

it.each([
  [{ retry: 'a', compensate: 'a' }, 'do not go together'],
  [{ reason: 'b' }, 'says why'],
  [{ retry: 'a', stuck: true }, 'is for the list'],
])('refuses %o', (flags, reason) => {
  expect(() => eventsSagas.parse([], flags)).toThrow(reason);
});

it('turns a saga back for a reason', () => {
  expect(eventsSagas.parse(['orders'], { compensate: 'a' })).toMatchObject({ did: 'compensate', id: 'a', reason: 'turned back by hand' });
});
