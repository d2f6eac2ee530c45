import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseTraceparent, traceHeaders } from './traceparent.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

it('reads what it writes', () => {
  const hex = (length: number) => fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
  fc.assert(
    fc.property(hex(31), hex(15), fc.constantFrom(0, 1), (trace, span, traceFlags) => {
      const context = { traceId: `1${trace}`, spanId: `1${span}`, traceFlags };
      expect(parseTraceparent(traceHeaders(context)['traceparent'])).toEqual({ ...context, isRemote: true });
    }),
  );
});

it.each([
  `00-${TRACE}-${PARENT}-0x`,
  ` 00-${TRACE}-${PARENT}-01`,
  `00-${TRACE}-${PARENT}-01-`,
  `01-${TRACE}-${PARENT}-01x`,
  `0-${TRACE}-${PARENT}-01`,
  '',
])('refuses %j', (header) => {
  expect(parseTraceparent(header)).toBeUndefined();
});

it.each([
  ['a=1,b=2', 'a=1,b=2'],
  ['tenant@system=x', 'tenant@system=x'],
  [' a=1 , b=2', 'a=1,b=2'],
])('passes on the tracestate %j', (given, passed) => {
  expect(parseTraceparent(`00-${TRACE}-${PARENT}-01`, given)?.traceState?.serialize()).toBe(passed);
});

it.each(['a', 'A=1', 'a=1,b', `a=${'x'.repeat(257)}`, Array.from({ length: 33 }, (_, n) => `k${n}=v`).join()])(
  'drops the tracestate %j',
  (given) => {
    const parent = parseTraceparent(`00-${TRACE}-${PARENT}-01`, given);
    expect([parent?.traceId, parent?.traceState]).toEqual([TRACE, undefined]);
  },
);
