import { expect, it } from 'vitest';
import { type FakeSpan, fakeSpan, fakeSpans } from './fake-trace.ts';
import { buildTree, type TraceNode } from './tree.ts';

/** The tree as nested names, and what is odd about it. */
function shape(...spans: readonly [FakeSpan, ...FakeSpan[]]) {
  const { roots, oddities } = buildTree(fakeSpans(...spans));
  return [roots.map(nested), oddities.map(({ kind, span }) => `${kind} ${span.name}`)];
}

function nested({ span, children }: TraceNode): unknown {
  return children.length === 0 ? span.name : [span.name, ...children.map(nested)];
}

const span = (id: number, parent?: number, at: Partial<FakeSpan> = {}): FakeSpan => ({
  id,
  name: String(id),
  from: id,
  to: 100 - id,
  ...(parent !== undefined && { parent }),
  ...at,
});

it.each<[string, [FakeSpan, ...FakeSpan[]], unknown[], string[]]>([
  ['children by their start', [span(0), span(2, 0), span(1, 0)], [['0', '1', '2']], []],
  ['children before their parent has come', [span(2, 1), span(1, 0), span(0)], [['0', ['1', '2']]], []],
  ['an orphan beside the root', [span(0), span(1, 0), span(5, 99)], [['0', '1'], '5'], ['orphan 5']],
  ['the true root first, though an orphan starts earlier', [span(1, 99), span(2)], ['2', '1'], ['orphan 1']],
  ['several roots by their start', [span(2), span(1)], ['1', '2'], []],
  ['a span that is its own parent', [span(0, 0)], ['0'], ['cycle 0']],
  ['a ring of two, cut before the earliest', [span(2, 1), span(1, 2)], [['1', '2']], ['cycle 1']],
  ['a ring with a tail', [span(1, 3), span(2, 1), span(3, 2), span(4, 3)], [['1', ['2', ['3', '4']]]], ['cycle 1']],
  [
    'two rings beside a root',
    [span(0), span(1, 2), span(2, 1), span(3, 4), span(4, 3)],
    ['0', ['1', '2'], ['3', '4']],
    ['cycle 1', 'cycle 3'],
  ],
  ['two spans of one id', [span(0), span(1, 0), span(1, 0, { name: 'twin' }), span(2, 1)], [['0', ['1', '2'], 'twin']], ['duplicate twin']],
  ['a span that was sent twice, once', [span(0), span(1, 0), span(1, 0)], [['0', '1']], []],
  ['a child before its parent', [span(5), span(1, 5)], [['5', '1']], ['starts-early 1']],
  ['a span that ends before it starts', [span(0, undefined, { from: 9, to: 4 })], ['0'], ['ends-before-start 0']],
])('places %s', (_, spans, roots, oddities) => {
  expect(shape(...spans)).toEqual([roots, oddities]);
});

it('counts the time by which clocks differ', () => {
  const { oddities } = buildTree(fakeSpans({ id: 0, from: 50, to: 90 }, { id: 1, parent: 0, from: 20, to: 60 }));
  expect(oddities.map(({ by }) => by)).toEqual([30n]);
});

it('reaches from the first start to the last end', () => {
  const { start, end } = buildTree(fakeSpans({ id: 0, from: 10, to: 20 }, { id: 1, parent: 0, from: 5, to: 70 }));
  expect(end - start).toBe(65n);
});

it.each([
  ['a chain of 100,000 spans', (id: number) => id - 1],
  ['100,000 siblings', () => 0],
  ['a ring of 100,000 spans', (id: number) => (id === 0 ? 99_999 : id - 1)],
])('places %s', (_, parentOf) => {
  const root = fakeSpan({ id: 0, ...(parentOf(0) > 0 && { parent: parentOf(0) }), from: 0, to: 100_000 });
  const rest = Array.from({ length: 99_999 }, (_, index) =>
    fakeSpan({ id: index + 1, parent: parentOf(index + 1), from: index, to: index + 1 }),
  );
  expect(buildTree([root, ...rest]).nodes).toHaveLength(100_000);
});
