import { expect, it } from 'vitest';
import { parseOneYaml, parseYaml } from './yaml.ts';

const from = (text: string) => ({ text, file: 'score.yaml', code: 'workload/invalid' as const });

it('finds the line of a value and of the nearest parent of one that is absent', () => {
  const document = parseOneYaml(from('a:\n  - x\n  - y: 1\nb: 2\n'));
  expect(document.value).toEqual({ a: ['x', { y: 1 }], b: 2 });
  expect(document.lineOf(['a', 1, 'y'])).toBe(3);
  expect(document.lineOf(['b', 'nothing'])).toBe(4);
  expect(document.lineOf([])).toBe(1);
});

it.each([
  ['a bracket that is never closed', 'a: 1\nb: [\n', 'score.yaml:3'],
  ['a key that is there twice', 'a: 1\na: 2\n', 'score.yaml:2'],
  ['a tab as indentation', 'a:\n\tb: 1\n', 'score.yaml:2'],
])('names file and line of %s', (_, text, where) => {
  expect(() => parseYaml(from(text))).toThrow(where);
});

it.each([
  ['brackets', `${'['.repeat(1_000)}${']'.repeat(1_000)}`],
  ['dashes in one line', '- '.repeat(1_500)],
  ['growing indentation', Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth)}k:`).join('\n')],
])('refuses deep %s before composing, again and again', (_, text) => {
  for (let run = 0; run < 3; run += 1) expect(() => parseYaml(from(text))).toThrow('levels of nesting');
});

it('takes long flat files for what they are', () => {
  const list = Array.from({ length: 500 }, (_, index) => `  - name: n${index}\n    items: [a, b]`).join('\n');
  expect(parseOneYaml(from(`all:\n${list}\n`)).value).toHaveProperty('all.499.name', 'n499');
});

it('refuses an alias bomb and a huge file', () => {
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    'b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]',
    'c: [*b, *b, *b, *b, *b, *b, *b, *b, *b]',
  ];
  expect(() => parseYaml(from(`${bomb.join('\n')}\nd: [*b, *b, *b, *b]`))).toThrow('too many aliases');
  expect(() => parseYaml(from(`a: ${'x'.repeat(1_048_577)}`))).toThrow('1 MiB');
});

it('reads several documents and leaves empty ones out', () => {
  expect(parseYaml(from('---\na: 1\n---\nb: 2\n')).map((document) => document.value)).toEqual([{ a: 1 }, { b: 2 }]);
});
