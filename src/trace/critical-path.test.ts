import fc from 'fast-check';
import { expect, it } from 'vitest';
import { criticalPath } from './critical-path.ts';
import { FAKE_START, type FakeSpan, fakeSpan, fakeSpans } from './fake-trace.ts';
import { selfTimeOf } from './intervals.ts';
import { buildTree } from './tree.ts';

/** The path as `name from-to`, in nanoseconds after the first moment. */
function pathOf(...spans: readonly [FakeSpan, ...FakeSpan[]]): readonly string[] {
  return criticalPath(buildTree(fakeSpans(...spans))).map(
    ({ node, start, end }) => `${node.span.name} ${start - FAKE_START}-${end - FAKE_START}`,
  );
}

const root: FakeSpan = { id: 0, name: 'root', from: 0, to: 100 };
const child = (name: string, from: number, to: number, more: Partial<FakeSpan> = {}): FakeSpan => ({
  id: name.charCodeAt(0),
  parent: 0,
  name,
  from,
  to,
  ...more,
});

it.each<[string, [FakeSpan, ...FakeSpan[]], string[]]>([
  ['a lone span is all of it', [root], ['root 0-100']],
  ['a child takes its time from its parent', [root, child('a', 20, 70)], ['root 0-20', 'a 20-70', 'root 70-100']],
  ['of two at a time, the last to end counts', [root, child('a', 10, 60), child('b', 20, 80)], ['root 0-20', 'b 20-80', 'root 80-100']],
  [
    'one after the other, both count',
    [root, child('a', 10, 40), child('b', 50, 90)],
    ['root 0-10', 'a 10-40', 'root 40-50', 'b 50-90', 'root 90-100'],
  ],
  [
    'what touches leaves nothing to the parent',
    [root, child('a', 0, 30), child('b', 30, 60), child('c', 60, 100)],
    ['a 0-30', 'b 30-60', 'c 60-100'],
  ],
  ['of two that end together, the longer counts', [root, child('a', 10, 90), child('b', 50, 90)], ['root 0-10', 'a 10-90', 'root 90-100']],
  ['a moment takes no time and holds nothing up', [root, child('a', 50, 50), child('b', 50, 50)], ['root 50-100', 'root 0-50'].reverse()],
  ['a child is cut where its parent ends', [root, child('a', 50, 150)], ['root 0-50', 'a 50-100']],
  ['a child is cut where its parent starts', [root, child('a', -50, 50)], ['a 0-50', 'root 50-100']],
  ['a child after its parent does not count', [root, child('a', 120, 150)], ['root 0-100']],
  ['a sender does not wait for the consumer', [{ ...root, kind: 'producer' }, child('a', 50, 90, { kind: 'consumer' })], ['root 0-100']],
  [
    'a grandchild counts below its parent',
    [root, child('a', 10, 90), { ...child('b', 30, 60), parent: 97 }],
    ['root 0-10', 'a 10-30', 'b 30-60', 'a 60-90', 'root 90-100'],
  ],
  ['between several roots nobody is waited for', [root, { id: 1, name: 'late', from: 150, to: 170 }], ['root 0-100', 'late 150-170']],
  ['a span that ends before it starts is a moment', [root, child('a', 60, 40)], ['root 60-100', 'root 0-60'].reverse()],
])('%s', (_, spans, path) => {
  expect(pathOf(...spans)).toEqual(path);
});

it.each([
  ['a chain', (id: number) => ({ id, parent: id - 1, from: id, to: 200_000 - id })],
  ['siblings one after the other', (id: number) => ({ id, parent: 0, from: id, to: id + 1 })],
  ['siblings all at once', (id: number) => ({ id, parent: 0, from: 0, to: 200_000 })],
])('walks 100,000 spans: %s', (_, spanAt) => {
  const spans = Array.from({ length: 100_000 }, (_, index) => fakeSpan(spanAt(index + 1)));
  const path = criticalPath(buildTree([fakeSpan({ id: 0, from: 0, to: 200_000 }), ...spans]));
  expect(path.reduce((sum, { start, end }) => sum + end - start, 0n)).toBe(200_000n);
});

/** Any spans at all: parents that are missing, later, earlier, or the span itself; times in any order. */
const anySpans = fc
  .array(
    fc.record({
      id: fc.nat(12),
      parent: fc.option(fc.nat(14), { nil: undefined }),
      from: fc.nat(50),
      to: fc.nat(50),
      kind: fc.constantFrom('client', 'consumer', 'producer'),
    }),
    {
      minLength: 1,
      maxLength: 30,
    },
  )
  .map((spans) => buildTree(fakeSpans(...(spans as unknown as [FakeSpan, ...FakeSpan[]]))));

it('is in order, never overlaps, and stays within the trace and within each span', () => {
  fc.assert(
    fc.property(anySpans, (tree) => {
      let reached = tree.start;
      for (const { node, start, end } of criticalPath(tree)) {
        expect(start).toBeGreaterThanOrEqual(reached);
        expect(end).toBeGreaterThan(start);
        expect(start).toBeGreaterThanOrEqual(node.span.start);
        expect(end).toBeLessThanOrEqual(node.span.end);
        reached = end;
      }
      expect(reached).toBeLessThanOrEqual(tree.end);
    }),
  );
});

it('explains the whole of a lone root', () => {
  fc.assert(
    fc.property(anySpans, (tree) => {
      const [only, second] = tree.roots;
      fc.pre(only !== undefined && second === undefined && only.span.end >= only.span.start);
      const explained = criticalPath(tree).reduce((sum, { start, end }) => sum + end - start, 0n);
      expect(explained).toBe((only?.span.end ?? 0n) - (only?.span.start ?? 0n));
    }),
  );
});

it('leaves each span between nothing and all of its time to itself', () => {
  fc.assert(
    fc.property(anySpans, (tree) => {
      for (const node of tree.nodes) {
        const length = node.span.end > node.span.start ? node.span.end - node.span.start : 0n;
        const below = node.children.reduce((sum, { span }) => sum + (span.end > span.start ? span.end - span.start : 0n), 0n);
        const self = selfTimeOf(node);
        expect(self).toBeGreaterThanOrEqual(length > below ? length - below : 0n);
        expect(self).toBeLessThanOrEqual(length);
      }
    }),
  );
});
