import { expect, test } from 'vitest';
import { after, nextOperation, refusal, type State, type Wanted } from './payment.ts';

/** Follows a payment until nothing is left to ask; the provider approves everything but what is said. */
function settled(from: State, wanted: Wanted, declines?: string): readonly string[] {
  const path: string[] = [];
  for (let state = from; ;) {
    const operation = nextOperation(state, wanted);
    if (!operation) return path;
    path.push(operation);
    state = after(operation, operation !== declines) ?? 'declined';
  }
}

test.each<[State, Wanted, readonly string[]]>([
  ['pending', 'authorised', ['AUTHORISE']],
  ['pending', 'voided', ['AUTHORISE', 'VOID']],
  ['authorised', 'captured', ['CAPTURE']],
  ['authorised', 'voided', ['VOID']],
  ['captured', 'refunded', ['REFUND']],
  ['voided', 'voided', []],
])('a %s payment becomes %s by %j', (state, wanted, operations) => {
  expect(settled(state, wanted)).toEqual(operations);
});

test('nothing is asked of a payment that was declined, whatever is wanted', () => {
  expect(settled('pending', 'voided', 'AUTHORISE')).toEqual(['AUTHORISE']);
});

test('money is taken only where it is set aside and nobody let go of it', () => {
  expect(refusal('authorised', 'authorised', 'captured')).toBeUndefined();
  expect(refusal('pending', 'authorised', 'captured')).toBe('It is pending');
  expect(refusal('authorised', 'voided', 'captured')).toBe('It is authorised');
});

test('money that is being taken is not let go of, and what was cancelled is not set aside', () => {
  expect(refusal('authorised', 'captured', 'voided')).toBe('The money is taken: refund it');
  expect(refusal('voided', 'voided', 'authorised')).toBe('The order was cancelled');
});
