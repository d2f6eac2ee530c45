import { expect, it } from 'vitest';
import { lineSplitter, masker } from './log-lines.ts';

function linesOf(...chunks: string[]): string[] {
  const lines: string[] = [];
  const splitter = lineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.write(chunk);
  splitter.end();
  return lines;
}

it('puts lines together that come in pieces', () => {
  expect(linesOf('one\ntw', 'o\r\n', '\nthree')).toEqual(['one', 'two', '', 'three']);
});

it('cuts a line that does not end', () => {
  const [first, ...rest] = linesOf('x'.repeat(100_000), 'y\nz');
  expect(first).toHaveLength(64 * 1024 + 2);
  expect(rest).toEqual(['y', 'z']);
});

it('hides secrets wherever they stand, encoded or not', () => {
  const mask = masker(() => ['p@ssword-1', 'abc']);
  expect(mask('connect postgres://u:p%40ssword-1@h p@ssword-1 abc')).toBe('connect postgres://u:••••••@h •••••• abc');
});
