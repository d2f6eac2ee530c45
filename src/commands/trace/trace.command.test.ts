import { expect, it } from 'vitest';
import { plain } from '../../output/style.ts';
import { fakeRuntime } from '../../runtime/fake-runtime.ts';
import { FAKE_START, FAKE_TRACE_ID, fakeSpans, otlpOf } from '../../trace/fake-trace.ts';
import { readOtlp } from '../../trace/otlp.ts';
import type { TraceQuery, TraceReader, TraceSummary } from '../../trace/readers/reader.ts';
import { traceCommand } from './trace.command.ts';

const spans = fakeSpans(
  { id: 0, service: 'orders', name: 'POST /orders', from: 0, to: 100, attributes: { 'request.id': 'r-1' } },
  { id: 1, parent: 0, service: 'products', name: 'GET', from: 10, to: 60, error: 'gone' },
);

const NOW = Date.parse('2026-01-02T03:05:00Z');

const summary = (traceId: string): TraceSummary => ({
  traceId,
  start: FAKE_START,
  duration: 100n,
  rootService: 'orders',
  rootName: 'POST /orders',
  spans: 2,
  errors: 1,
  services: ['orders', 'products'],
});

/** Finds these traces from the given look on; remembers what it was asked. */
function fakeReader(ids: readonly string[], fromLook = 1): TraceReader & { readonly asked: TraceQuery[] } {
  const asked: TraceQuery[] = [];
  return {
    asked,
    read: async () => readOtlp(otlpOf(spans)),
    async search(query) {
      asked.push(query);
      return { traces: asked.length >= fromLook ? ids.map(summary) : [], complete: true, dropped: 0 };
    },
  };
}

/** Every look takes a second of the clock. */
async function svcTrace(reader: ReturnType<typeof fakeReader>, args: readonly string[], flags: Readonly<Record<string, unknown>> = {}) {
  const command = traceCommand(async () => reader);
  const runtime = fakeRuntime({ override: { now: () => new Date(NOW + reader.asked.length * 1_000) } });
  const result = await command.run(command.parse(args, flags), runtime);
  return { text: command.view(result, plain), json: JSON.parse(JSON.stringify(command.toJson(result))) };
}

it('opens the one trace that is found', async () => {
  const { text, json } = await svcTrace(fakeReader([FAKE_TRACE_ID]), [], { last: true });
  expect(text).toContain('orders POST /orders');
  expect(json).toMatchObject({
    kind: 'trace',
    traceId: FAKE_TRACE_ID,
    durationMs: 0.0001,
    requestId: 'r-1',
    spans: [
      { service: 'orders', selfMs: 0.00005, attributes: { 'request.id': 'r-1' } },
      { error: 'gone', parentSpanId: '0000000000000001' },
    ],
    criticalPath: [{ durationMs: 0.00001 }, { durationMs: 0.00005 }, { durationMs: 0.00004 }],
    errors: [{ service: 'products', message: 'gone' }],
  });
});

it('lists several, and says how to open one', async () => {
  const { text, json } = await svcTrace(fakeReader([FAKE_TRACE_ID, 'b'.repeat(32)]), []);
  expect(text).toContain('Open one: svc trace 4bf92f35');
  expect(json).toMatchObject({ kind: 'list', complete: true, traces: [{ traceId: FAKE_TRACE_ID, durationMs: 0.0001 }, { errors: 1 }] });
});

it('says so where nothing matches a search', async () => {
  expect((await svcTrace(fakeReader([]), [], { errors: true })).text).toContain('No trace matches.');
});

it.each<[string, readonly string[], object, object]>([
  ['nothing', [], {}, { by: 'latest', limit: 20, errorsOnly: false }],
  ['--last', [], { last: true }, { by: 'latest', limit: 1 }],
  ['--last 5', [], { last: '5' }, { by: 'latest', limit: 5 }],
  ['--slowest', [], { slowest: true }, { by: 'slowest', limit: 10 }],
  ['--slowest 3 --errors', [], { slowest: '3', errors: true }, { by: 'slowest', limit: 3, errorsOnly: true }],
  ['an id in capitals', ['4BF92F35'], {}, { idPrefix: '4bf92f35' }],
  ['--request-id', [], { requestId: 'r-1' }, { requestId: 'r-1' }],
  ['an id that no trace can have', ['orders-42'], {}, { requestId: 'orders-42' }],
])('asks for %s as it was meant', async (_, args, flags, query) => {
  const reader = fakeReader([FAKE_TRACE_ID, 'b'.repeat(32)]);
  await svcTrace(reader, args, flags as Record<string, unknown>);
  expect(reader.asked[0]).toMatchObject(query);
});

it('counts --since back from now', async () => {
  const reader = fakeReader([FAKE_TRACE_ID]);
  await svcTrace(reader, [], { since: '1h' });
  expect(reader.asked[0]?.since?.toISOString()).toBe('2026-01-02T02:05:00.000Z');
});

it.each<[string, readonly string[], Readonly<Record<string, unknown>>]>([
  ['two ways at once', [FAKE_TRACE_ID], { last: true }],
  ['no traces at all', [], { last: '0' }],
  ['a number in words', [], { slowest: 'five' }],
  ['an age without a unit', [], { since: '30' }],
])('refuses %s', async (_, args, flags) => {
  await expect(svcTrace(fakeReader([]), args, flags)).rejects.toMatchObject({ code: 'input/invalid', hint: expect.stringMatching(/\w/) });
});

it('waits for a trace that is on its way', async () => {
  const reader = fakeReader([FAKE_TRACE_ID], 3);
  expect((await svcTrace(reader, [], { requestId: 'r-1' })).text).toContain('POST /orders');
  expect(reader.asked).toHaveLength(3);
});

it('gives up after three seconds, and names the latest instead', async () => {
  const reader = fakeReader([FAKE_TRACE_ID], 4);
  await expect(svcTrace(reader, ['b'.repeat(8)])).rejects.toMatchObject({
    code: 'trace/not-found',
    message: 'There is no trace bbbbbbbb',
    hint: 'The latest are 4bf92f35; svc trace lists more',
  });
});
