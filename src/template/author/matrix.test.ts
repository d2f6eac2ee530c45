import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Input } from '../input.ts';
import { answersOfRow, axesOf, matrixOf } from './matrix.ts';

const input = (name: string, more: Partial<Input>): Input => ({
  name,
  page: 'A',
  title: name,
  type: 'string',
  required: false,
  secret: false,
  ...more,
});

it('chooses among what has a list of answers, and leaves free texts and secrets alone', () => {
  const inputs = [
    input('name', {}),
    input('ci', { enum: ['github', 'none'] }),
    input('public', { type: 'boolean' }),
    input('parts', { type: 'array', items: { enum: ['a', 'b'] } }),
    input('key', { enum: ['x', 'y'], secret: true }),
  ];
  expect(axesOf(inputs)).toEqual([
    { name: 'ci', values: ['github', 'none'] },
    { name: 'public', values: [false, true] },
    { name: 'parts', values: [[], ['a', 'b']] },
  ]);
});

it('takes every combination where they are few, and one row where there is nothing to choose', () => {
  const two = { name: 'a', values: [false, true] };
  expect(matrixOf([two, { ...two, name: 'b' }])).toEqual({
    rows: [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ],
    combinations: 4,
  });
  expect(matrixOf([])).toEqual({ rows: [[]], combinations: 1 });
});

it('meets every pair of choices where combinations are many, with far fewer rows', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 2, max: 5 }), { minLength: 5, maxLength: 8 }), (sizes) => {
      const axes = sizes.map((size, axis) => ({ name: `a${axis}`, values: Array.from({ length: size }, (_, value) => `${value}`) }));
      const { rows, combinations } = matrixOf(axes);
      const met = new Set(rows.flatMap((row) => row.flatMap((x, a) => row.map((y, b) => `${a}=${x} ${b}=${y}`))));
      const wanted = axes.flatMap(({ values }, a) =>
        axes.flatMap((other, b) => values.flatMap((x) => (a === b ? [] : other.values.map((y) => `${a}=${x} ${b}=${y}`)))),
      );
      expect(wanted.filter((pair) => !met.has(pair))).toEqual([]);
      if (combinations > 128) expect(rows.length).toBeLessThan(128);
    }),
    { numRuns: 25 },
  );
});

it('answers only what would be asked with these choices', () => {
  const inputs = [
    input('ci', { enum: ['a', 'b'], default: 'a' }),
    input('workflow', { required: true, when: { input: 'ci', values: ['b'] } }),
  ];
  expect(answersOfRow(inputs, { ci: 'a' }, { workflow: 'x' })).toEqual({ ci: 'a' });
  expect(answersOfRow(inputs, { ci: 'b' }, { workflow: 'x' })).toEqual({ ci: 'b', workflow: 'x' });
});
