import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { analyse } from '../trace/analysis.ts';
import { FAKE_START, type FakeSpan, fakeSpan, fakeSpans } from '../trace/fake-trace.ts';
import type { Span } from '../trace/span.ts';
import { buildTree } from '../trace/tree.ts';
import { coloured, plain } from './style.ts';
import { waterfall } from './waterfall.ts';

const MS = 1_000_000;

function draw(spans: readonly [Span, ...Span[]], columns = 80, all = false): readonly string[] {
  return waterfall(analyse(buildTree(spans)), { ...plain, columns }, { all, problems: [] }).split('\n');
}

const order = fakeSpans(
  {
    id: 0,
    service: 'orders',
    name: 'POST /orders',
    kind: 'server',
    from: 0,
    to: 100 * MS,
    attributes: { 'request.id': 'r-1', 'http.response.status_code': 201 },
  },
  { id: 1, parent: 0, service: 'orders', name: 'GET', kind: 'client', from: 10 * MS, to: 60 * MS },
  { id: 2, parent: 1, service: 'products', name: 'GET /products/{id}', kind: 'server', from: 20 * MS, to: 50 * MS },
  { id: 3, parent: 0, service: 'orders', name: 'INSERT', kind: 'client', from: 60 * MS, to: 90 * MS },
);

it('shows a request from root to leaf, to scale, with the critical path as a thick line', () => {
  expect(draw(order, 72)).toEqual([
    'orders POST /orders 201',
    '100 ms · 4 spans in 2 services · 2026-01-02 03:04:05.678 UTC',
    'trace 4bf92f3577b34da6a3ce929d0e0e4736',
    'request r-1',
    '',
    expect.stringMatching(/^ +time {2}0 +100 ms$/),
    expect.stringMatching(/^orders POST \/orders 201 +100 ms {2}━+╾?─+╼?━+$/),
    expect.stringMatching(/^├ GET +50\.0 ms {4,}[╺━]+╾?─+╼?━+╸?$/),
    expect.stringMatching(/^│ └ products GET \/products\/\{id\} +30\.0 ms +╺?━+╸?$/),
    expect.stringMatching(/^└ INSERT +30\.0 ms +╺?━+╸?$/),
    '',
    '━━ waited for orders 70.0 ms (70 %) · products 30.0 ms (30 %)',
  ]);
});

it('has a column of self times where there is room', () => {
  expect(draw(order, 120).find((line) => line.startsWith('├─ GET'))).toMatch(/50\.0 ms {2}20\.0 ms/);
  expect(draw(order, 99).join('\n')).not.toContain('self');
});

it('says where a failure began, in what words, and not again on the way up', () => {
  const lines = draw(
    fakeSpans(
      { id: 0, name: 'POST /orders', from: 0, to: 10, error: 'Bad gateway' },
      { id: 1, parent: 0, service: 'payments', name: 'POST /charges', from: 1, to: 9, error: 'card refused' },
    ),
  );
  expect(lines.filter((line) => line.includes('✗'))).toHaveLength(3);
  expect(lines).toContain('      card refused');
  expect(lines.at(-1)).toBe('✗ payments POST /charges: card refused');
  expect(lines.join('\n')).not.toContain('Bad gateway');
});

it('tells an exception that a span recorded where its status says nothing', () => {
  const attributes = new Map([['exception.message', 'connect ECONNREFUSED']]);
  const [span] = fakeSpans({ id: 0, from: 0, to: 1, error: '', events: [{ name: 'exception', time: FAKE_START, attributes }] });
  expect(draw([span]).at(-1)).toBe('✗ shop span 0: connect ECONNREFUSED');
});

it('shows events and links of a small trace', () => {
  const [span] = fakeSpans({
    id: 0,
    from: 0,
    to: 9 * MS,
    events: [{ name: 'retry', time: FAKE_START + 5_000_000n, attributes: new Map([['attempt', 2]]) }],
  });
  const text = draw([{ ...span, links: [{ traceId: 'b'.repeat(32), spanId: 'c'.repeat(16), attributes: new Map() }] }]).join('\n');
  expect(text).toContain('· +5.00 ms retry attempt=2');
  expect(text).toContain(`↗ linked to trace ${'b'.repeat(32)}`);
});

const repeated = (count: number): [Span, ...Span[]] => [
  fakeSpan({ id: 0, from: 0, to: count * MS }),
  ...Array.from({ length: count }, (_, i) => [
    fakeSpan({ id: 2 * i + 1, parent: 0, name: 'GET', from: i * MS, to: (i + 1) * MS }),
    fakeSpan({ id: 2 * i + 2, parent: 2 * i + 1, name: 'SELECT', from: i * MS, to: (i + 1) * MS, ...(i === 7 && { error: 'lost' }) }),
  ]).flat(),
];

it('folds siblings that repeat, and what is below them, but never a failure into what went well', () => {
  const rows = draw(repeated(212), 100).filter((line) => /^[├└│ ]+[─ ]/.test(line) && /GET|SELECT/.test(line));
  expect(
    rows.map((row) =>
      row
        .trim()
        .replace(/^└─ /, '')
        .replace(/ {2,}.*/, ''),
    ),
  ).toEqual(['GET × 212 max 1.00 ms', '├─ SELECT × 211 max 1.00 ms', '✗ SELECT']);
});

it('shows every span where all are asked for', () => {
  expect(draw(repeated(212), 100, true).filter((line) => line.includes('SELECT'))).toHaveLength(213);
});

it('stops after 500 rows and says how many spans are missing', () => {
  const chain = Array.from({ length: 100_000 }, (_, i) => fakeSpan({ id: i + 1, parent: i, from: 0, to: 1 }));
  const lines = draw([fakeSpan({ id: 0, from: 0, to: 1 }), ...chain]);
  expect(lines).toContain('… and 99501 more spans: --all shows them');
  expect(lines.some((line) => line.startsWith('499↳ '))).toBe(true);
});

it('says what is odd', () => {
  const text = draw(
    fakeSpans(
      { id: 0, from: 50 * MS, to: 90 * MS },
      { id: 1, parent: 0, from: 20 * MS, to: 60 * MS },
      { id: 2, parent: 77, from: 0, to: 0 },
      { id: 3, parent: 3, from: 0, to: 1 },
    ),
  ).join('\n');
  expect(text).toContain('! 1 span with a parent that is not here: part of the trace is missing');
  expect(text).toContain('! 1 ring of spans that are their own ancestors, cut open');
  expect(text).toContain('! 1 span before the parent, by up to 30.0 ms: clocks differ');
});

it('lets no control character of a name reach the terminal', () => {
  const evil = '\u001b[31mred\u001b]0;title\u0007 \u009b2J \u202eturned\r\nnext\u2028';
  const spans = fakeSpans({
    id: 0,
    service: evil,
    name: evil,
    from: 0,
    to: 1,
    error: evil,
    attributes: { 'request.id': evil },
    events: [{ name: evil, time: FAKE_START, attributes: new Map([[evil, evil]]) }],
  });
  expect(draw(spans, 200).join('')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2028]/u);
});

it('colours nothing in the plain style, and the same text otherwise', () => {
  const coloureds = waterfall(analyse(buildTree(order)), coloured(1, 80), { all: false, problems: [] });
  const words = stripVTControlCharacters(coloureds).split('\n');
  expect(words.map((line) => line.trimEnd())).toEqual(draw(order, 80));
  expect(coloureds).toContain('\u001b[36m');
});

const names = fc.oneof(
  fc.constantFrom('GET /orders', '注文を確定する', '👩‍👩‍👧‍👦 family', 'Zusammenführung größerer Aufträge', ''),
  fc.string({ unit: 'binary' }),
);
const spans = fc.array(
  fc.record({ id: fc.nat(15), parent: fc.nat(20), name: names, service: names, from: fc.nat(1_000), to: fc.nat(1_000) }),
  { minLength: 1, maxLength: 25 },
);

it('fits any trace into any terminal from 40 columns up', () => {
  fc.assert(
    fc.property(spans, fc.integer({ min: 40, max: 200 }), fc.boolean(), (given, columns, all) => {
      for (const line of draw(fakeSpans(...(given as unknown as [FakeSpan, ...FakeSpan[]])), columns, all)) {
        expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      }
    }),
    { numRuns: 60 },
  );
});

it('still tells everything below 40 columns', () => {
  const text = draw(order, 20).join('\n');
  expect(text).toContain('GET');
  expect(text).toContain('50.0 ms');
  expect(text).not.toContain('━━━');
});
