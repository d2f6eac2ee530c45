import { expect, it } from 'vitest';
import { fakeSpan } from '../../trace/fake-trace.ts';
import { SpanQueue } from './queue.ts';
import { rowsOf, type SpanRow } from './rows.ts';

const { rows } = rowsOf(Array.from({ length: 10 }, (_, id) => fakeSpan({ id, name: String(id), from: 0, to: 1 })));
const namesOf = (taken: readonly SpanRow[]) => taken.map(({ name }) => name).join('');
const ALL = { rows: 100, bytes: 1e9 };
/** Room for three of these rows. */
const THREE = 2_600;

it('gives out the oldest first, in batches', () => {
  const queue = new SpanQueue(1e9);
  queue.add(rows);
  expect(namesOf(queue.take({ rows: 4, bytes: 1e9 }))).toBe('0123');
  expect(namesOf(queue.take(ALL))).toBe('456789');
  expect(namesOf(queue.take(ALL))).toBe('');
});

it('gives out at least one, however large it is', () => {
  const queue = new SpanQueue(1e9);
  queue.add(rows);
  expect(namesOf(queue.take({ rows: 4, bytes: 1 }))).toBe('0');
});

it('drops the oldest where it is full, and counts them', () => {
  const queue = new SpanQueue(THREE);
  queue.add(rows);
  expect([namesOf(queue.take(ALL)), queue.dropped]).toEqual(['789', 7]);
});

it('takes back what was not stored as the oldest, and drops that first', () => {
  const queue = new SpanQueue(THREE);
  queue.add(rows.slice(0, 3));
  const taken = queue.take({ rows: 2, bytes: 1e9 });
  queue.add(rows.slice(3, 4));
  queue.putBack(taken);
  expect([namesOf(queue.take(ALL)), queue.dropped]).toEqual(['123', 1]);
});
