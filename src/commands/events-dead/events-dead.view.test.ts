import { expect, it } from 'vitest';
import { plain } from '../../output/style.ts';
import { view } from './events-dead.view.ts';

const letter = {
  service: 'mailer',
  id: '7',
  topic: 'orders',
  type: 'ITEM_ADDED',
  key: 'a',
  cause: 'data must have name',
  attempts: 5,
  since: '2026-11-23T10:20:30.400Z',
  replaying: false,
};

it('says that all is well where no event is dead', () => {
  expect(view([], plain)).toBe('✓ No event is dead');
});

it('shows why an event is dead, what waits behind it, and how to go on', () => {
  const text = view([letter, { ...letter, id: '8', attempts: 0, cause: 'waits' }], plain);
  expect(text).toContain('mailer   7   orders  ITEM_ADDED  a    5      2026-11-23 10:20:30');
  expect(text).toContain('mailer 7: data must have name\n1 event waits behind another one of the same key.');
  expect(text).toContain('svc events replay mailer 7');
});
