import { context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { expect, it } from 'vitest';
import { followContext } from './context-manager.ts';
import { otlpBody } from './otlp.ts';
import { createSampler } from './sampler.ts';
import type { SpanData } from './span.ts';
import { createTracer } from './tracer.ts';

followContext();

function recorder(name: Parameters<typeof createSampler>[0] = 'parentbased_always_on', ratio = 1) {
  const ended: SpanData[] = [];
  let time = 1_700_000_000_000;
  const tracer = createTracer({ sampler: createSampler(name, ratio), onEnd: (span) => ended.push(span), now: () => (time += 0.25) });
  return { tracer, ended };
}

it('makes the active span the parent, across asynchronous work', async () => {
  const { tracer, ended } = recorder();
  await tracer.startActiveSpan('outer', async (outer) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    tracer.startSpan('inner').end();
    outer.end();
  });
  const [inner, outer] = ended;
  expect([inner?.parentId, inner?.context.traceId]).toEqual([outer?.context.spanId, outer?.context.traceId]);
});

it('goes on with a parent that is not recorded, without recording', () => {
  const { tracer, ended } = recorder();
  const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 };
  const span = tracer.startSpan('quiet', {}, trace.setSpanContext(ROOT_CONTEXT, parent));
  span.end();
  expect([span.isRecording(), span.spanContext().traceId, ended]).toEqual([false, parent.traceId, []]);
});

it('records the share of traces that the ratio says', () => {
  const { tracer, ended } = recorder('parentbased_traceidratio', 0.25);
  for (let n = 0; n < 4_000; n++) tracer.startSpan('x', {}, ROOT_CONTEXT).end();
  expect(ended.length / 4_000).toBeGreaterThan(0.2);
  expect(ended.length / 4_000).toBeLessThan(0.3);
});

it('changes nothing of a span that has ended', () => {
  const { tracer, ended } = recorder();
  const span = tracer.startSpan('x').setStatus({ code: SpanStatusCode.OK });
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
  span.setAttribute('late', 1).end();
  expect(ended).toHaveLength(1);
  expect(ended[0]).toMatchObject({ attributes: {}, status: { code: SpanStatusCode.OK } });
});

it('keeps 128 attributes and counts the rest', () => {
  const { tracer, ended } = recorder();
  const span = tracer.startSpan('x');
  for (let n = 0; n < 130; n++) span.setAttribute(`k${n}`, n);
  span.setAttribute('k0', 'again').end();
  expect(Object.keys(ended[0]?.attributes ?? {})).toHaveLength(128);
  expect([ended[0]?.dropped.attributes, ended[0]?.attributes['k0']]).toEqual([2, 'again']);
});

it('writes OTLP with hexadecimal ids, nanoseconds as text, and typed values', () => {
  const { tracer, ended } = recorder();
  const span = tracer.startSpan('x', { attributes: { text: 'a', whole: 7, half: 0.5, yes: true, list: ['a', 'b'] } });
  span.recordException(new Error('no'));
  span.end();
  const [resource] = JSON.parse(otlpBody({ 'service.name': 'orders' }, 'scope', ended)).resourceSpans;
  expect(resource.resource.attributes).toEqual([{ key: 'service.name', value: { stringValue: 'orders' } }]);
  expect(resource.scopeSpans[0].spans[0]).toMatchObject({
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    kind: 1,
    startTimeUnixNano: '1700000000000250000',
    endTimeUnixNano: '1700000000000750000',
    attributes: [
      { key: 'text', value: { stringValue: 'a' } },
      { key: 'whole', value: { intValue: '7' } },
      { key: 'half', value: { doubleValue: 0.5 } },
      { key: 'yes', value: { boolValue: true } },
      { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: 'b' }] } } },
    ],
    events: [{ name: 'exception' }],
  });
});

it('does not carry a context out of the work that it was for', () => {
  const { tracer } = recorder();
  tracer.startActiveSpan('x', (span) => span.end());
  expect(trace.getSpan(context.active())).toBeUndefined();
});
