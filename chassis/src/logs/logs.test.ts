import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect, it } from 'vitest';
import { withExchange } from '../exchange.ts';
import { followContext } from '../telemetry/context-manager.ts';
import { createLogger } from './logs.ts';
import { batched } from './output.ts';

followContext();

function logger(secrets: readonly string[] = []) {
  const lines: string[] = [];
  const log = createLogger(
    { service: 'orders', version: '1.0.0', secrets },
    { write: (line) => lines.push(line), flush: async () => undefined },
  );
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '') };
}

it('writes the fields of the service contract', () => {
  const { log, last } = logger();
  log.info({ orderId: 7 }, 'order placed');
  expect(last()).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    service: 'orders',
    version: '1.0.0',
    orderId: 7,
    message: 'order placed',
  });
});

it('adds the ids of the request that it is written for', () => {
  const { log, last } = logger();
  const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
  const within = withExchange(trace.setSpanContext(ROOT_CONTEXT, span), { requestId: 'r1', deadline: 0 });
  context.with(within, () => log.info('hello'));
  expect(last()).toMatchObject({ trace_id: span.traceId, span_id: span.spanId, request_id: 'r1' });
});

it('tells an error with type, message and stack, and its cause', () => {
  const { log, last } = logger();
  log.error({ error: new TypeError('outer', { cause: new Error('inner') }) }, 'failed');
  expect(last().error).toMatchObject({
    type: 'TypeError',
    message: 'outer',
    stack: expect.stringMatching(/outer[\s\S]*Caused by: Error: inner/),
  });
  log.error({ error: 'just text' }, 'failed');
  expect(last().error).toMatchObject({ type: 'string', message: 'just text' });
});

it.each([
  ['as it is', 'hunter2-hunter2', (secret: string) => secret],
  ['with quotes in it', 'say "friend" \\ enter', (secret: string) => secret],
  ['in the address of a database', 'postgres://me:p%40ssw0rd@db/orders', (secret: string) => `cannot connect to ${secret}`],
  ['the password of an address alone', 'postgres://me:p%40ssw0rd@db/orders', () => 'password p@ssw0rd is wrong'],
])('blots out a secret %s', (_, secret, say) => {
  const { log, lines, last } = logger([secret]);
  log.info({ said: say(secret) }, say(secret));
  expect(last().message).toContain('***');
  expect(lines[0]).not.toMatch(/hunter2|friend|ssw0rd/);
});

it('writes what is said in one turn together, and everything when flushed', async () => {
  const written: string[] = [];
  const sink = {
    write(text: string, done: () => void) {
      written.push(text);
      done();
    },
  };
  const later: (() => void)[] = [];
  const output = batched(sink, (flush) => later.push(flush));
  output.write('a\n');
  output.write('b\n');
  expect(written).toEqual([]);
  for (const flush of later) flush();
  output.write('c\n');
  await output.flush();
  expect(written).toEqual(['a\nb\n', 'c\n']);
});
