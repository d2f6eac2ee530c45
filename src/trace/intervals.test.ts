import { expect, it } from 'vitest';
import { type FakeSpan, fakeSpans } from './fake-trace.ts';
import { selfTimeOf, union } from './intervals.ts';
import { buildTree } from './tree.ts';

function selfTime(...children: readonly (readonly [from: number, to: number])[]): number {
  const below = children.map(([from, to], index): FakeSpan => ({ id: index + 1, parent: 0, from, to }));
  const [root] = buildTree(fakeSpans({ id: 0, from: 0, to: 100 }, ...below)).roots;
  return root ? Number(selfTimeOf(root)) : Number.NaN;
}

it.each<[string, [number, number][], number]>([
  ['without children is all of it', [], 100],
  ['is what a child leaves', [[20, 50]], 70],
  [
    'counts what runs at the same time once',
    [
      [20, 50],
      [30, 60],
    ],
    60,
  ],
  [
    'counts a child inside of another once',
    [
      [20, 80],
      [30, 40],
    ],
    40,
  ],
  [
    'counts children one after the other',
    [
      [0, 30],
      [30, 60],
      [70, 100],
    ],
    10,
  ],
  [
    'counts only what lies within the span',
    [
      [-50, 10],
      [90, 200],
    ],
    80,
  ],
  [
    'leaves out what lies beside it',
    [
      [-50, -10],
      [150, 200],
    ],
    100,
  ],
  [
    'leaves out moments and what ends before it starts',
    [
      [50, 50],
      [60, 40],
    ],
    100,
  ],
])('the self time of a span %s', (_, children, self) => {
  expect(selfTime(...children)).toBe(self);
});

it('joins intervals that touch or overlap', () => {
  const at = (start: bigint, end: bigint) => ({ start, end });
  expect(union([at(5n, 7n), at(0n, 2n), at(2n, 3n), at(6n, 9n), at(6n, 6n)])).toEqual([at(0n, 3n), at(5n, 9n)]);
});
