import { expect, it } from 'vitest';
import { padEnd, printable, printableOutput, truncate, widthOf } from './text.ts';

it.each([
  ['orders', 6],
  ['ü', 1],
  ['注文', 4],
  ['👩‍💻', 2],
  ['\u001b[31mred\u001b[39m', 3],
])('knows that %j takes %i columns', (text, columns) => {
  expect(widthOf(text)).toBe(columns);
});

it('cuts between signs, never through one', () => {
  expect(truncate('orders', 6)).toBe('orders');
  expect(truncate('orders', 4)).toBe('ord…');
  expect(truncate('注文書', 4)).toBe('注…');
  expect(truncate('orders', 0)).toBe('');
  expect(padEnd('注', 4)).toBe('注  ');
});

it('lets nothing steer the terminal', () => {
  expect(printable('a\u001b[2Jb\nc\u202e')).toBe('a␛[2Jb␊c\ufffd');
  expect(printableOutput('\u001b[31mred\u001b[39m\r\n\tat x\u0001')).toBe('red\n    at x␁');
});
