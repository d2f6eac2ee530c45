import fc from 'fast-check';
import { expect, it } from 'vitest';
import { showValue } from './attributes.ts';
import { FAKE_START, fakeSpan, fakeSpans, otlpOf } from './fake-trace.ts';
import { readOtlp } from './otlp.ts';
import type { AttributeValue } from './span.ts';

const good = {
  traceId: '4BF92F3577B34DA6A3CE929D0E0E4736',
  spanId: '00f067aa0ba902b7',
  startTimeUnixNano: '1767323045678000001',
  endTimeUnixNano: '1767323045678000009',
};

const read = (span: object) => readOtlp({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });

it('reads the least that a span is, and what that means', () => {
  expect(read(good).spans).toMatchObject([
    {
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      parentId: undefined,
      name: '',
      kind: 'unspecified',
      start: 1767323045678000001n,
      status: { code: 'unset', message: '' },
      source: { service: 'unknown_service' },
    },
  ]);
});

it.each<[string, object, string]>([
  ['a short trace id', { traceId: 'abc' }, 'traceId must be 32 hexadecimal digits, not all zero, and is "abc"'],
  ['an id in base64', { traceId: 'S/kvNXezTaajzpKdDg5HNgAAAAAAAAAA' }, 'traceId must be 32 hexadecimal digits'],
  ['an id of zeros', { spanId: '0000000000000000' }, 'spanId must be 16 hexadecimal digits'],
  ['no id', { spanId: undefined }, 'and is missing'],
  ['a broken parent', { parentSpanId: 'x' }, 'parentSpanId must be 16'],
  [
    'an enum by name',
    { kind: 'SPAN_KIND_SERVER' },
    'kind must be a number from 0 to 5 (OTLP JSON has no names of enums), and is "SPAN_KIND_SERVER"',
  ],
  ['an unknown enum', { kind: 9 }, 'kind must be a number from 0 to 5'],
  ['a status by name', { status: { code: 'STATUS_CODE_ERROR' } }, 'code must be a number from 0 to 2'],
  ['a time before 1970', { startTimeUnixNano: '-1' }, 'startTimeUnixNano must be nanoseconds since 1970'],
  ['a time with a fraction', { endTimeUnixNano: 1.5 }, 'endTimeUnixNano must be nanoseconds'],
  ['a time after 2262', { endTimeUnixNano: '9223372036854775808' }, 'endTimeUnixNano must be nanoseconds'],
  ['a link to nothing', { links: [{ traceId: '', spanId: '' }] }, 'traceId must be 32'],
])('rejects %s, and says where and why', (_, change, problem) => {
  const { spans, rejected, problems } = read({ ...good, ...change });
  expect([spans.length, rejected]).toEqual([0, 1]);
  expect(problems[0]).toContain(`resourceSpans[0].scopeSpans[0].spans[0].`);
  expect(problems[0]).toContain(problem);
});

it.each([undefined, null, 7, 'text', [], { resourceSpans: {} }, { resourceSpans: [7] }, { resourceSpans: [{ scopeSpans: 'x' }] }])(
  'says that %j is no OTLP document',
  (document) => {
    expect(() => readOtlp(document)).toThrow('This is no OTLP document');
  },
);

it('names five of a thousand problems', () => {
  const spans = Array.from({ length: 1_000 }, () => ({}));
  const { rejected, problems } = readOtlp({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  expect([rejected, problems.length]).toEqual([1_000, 5]);
});

it('gives back what was written, exactly', () => {
  const spans = fakeSpans(
    {
      id: 0,
      from: 0,
      to: 1,
      attributes: { text: 'ä', int: -3, big: 2n ** 62n, half: 0.5, yes: true, list: ['a', 1], bytes: Buffer.from([0, 255]) },
    },
    {
      id: 1,
      parent: 0,
      kind: 'consumer',
      from: 5,
      to: 4,
      error: 'no',
      events: [{ name: 'e', time: FAKE_START, attributes: new Map([['k', 'v']]) }],
    },
  );
  expect(readOtlp(JSON.parse(JSON.stringify(otlpOf(spans)))).spans).toEqual(spans);
});

it('gives back any attribute', () => {
  const value = fc.oneof(fc.string(), fc.boolean(), fc.double({ noDefaultInfinity: true, noNaN: true }), fc.maxSafeInteger());
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), value), (attributes) => {
      const span = fakeSpan({ id: 0, from: 0, to: 1, attributes: attributes as Record<string, AttributeValue> });
      const [again] = readOtlp(JSON.parse(JSON.stringify(otlpOf([span])))).spans;
      expect([...(again?.attributes ?? [])].map(([key, read]) => [key, Number(read) === 0 ? 0 : read])).toEqual(
        [...span.attributes].map(([key, given]) => [key, Number(given) === 0 ? 0 : given]),
      );
    }),
  );
});

it('survives any JSON in the place of a span', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      readOtlp({
        resourceSpans: [
          { resource: value, scopeSpans: [{ scope: value, spans: [value, { ...good, attributes: value, events: value, status: value }] }] },
        ],
      });
    }),
  );
});

it('shows attributes on one line', () => {
  expect(showValue(['a', 1n, new Map([['k', true]]), Buffer.from('xyz')])).toBe('[a, 1, {k: true}, 3 bytes]');
});
