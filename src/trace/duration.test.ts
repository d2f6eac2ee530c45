import { expect, it } from 'vitest';
import { parseAge, showDuration } from './duration.ts';

it.each([
  [0n, '0'],
  [-5n, '0'],
  [1n, '1 ns'],
  [999n, '999 ns'],
  [1_000n, '1.00 µs'],
  [12_345n, '12.3 µs'],
  [999_499n, '999 µs'],
  [999_500n, '1.00 ms'],
  [128_400_000n, '128 ms'],
  [1_500_000_000n, '1.50 s'],
  [59_999_000_000n, '60.0 s'],
  [125_000_000_000n, '2 min 5 s'],
  [7_500_000_000_000n, '2 h 5 min'],
  [200_000_000_000_000n, '2 d 7 h'],
])('shows %s ns as %s', (nanoseconds, text) => {
  expect(showDuration(nanoseconds)).toBe(text);
});

it.each([
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['1h', 3_600_000],
  ['7d', 604_800_000],
  ['1', undefined],
  ['-1h', undefined],
  ['1w', undefined],
  ['', undefined],
])('reads %j as %s ms', (text, ms) => {
  expect(parseAge(text)).toBe(ms);
});
