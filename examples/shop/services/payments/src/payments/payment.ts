import type { components } from '../api.ts';

export type State = components['schemas']['Payment']['state'];
export type Wanted = 'authorised' | 'captured' | 'voided' | 'refunded';
export type Operation = 'AUTHORISE' | 'CAPTURE' | 'VOID' | 'REFUND';

/**
 * What the provider is to be asked next, so that the state becomes what is wanted; nothing where it is, or never will be.
 * A payment whose authorisation is not known is asked for that first, even to be voided: an unknown outcome is not a failure.
 */
export function nextOperation(state: State, wanted: Wanted): Operation | undefined {
  if (state === 'pending') return 'AUTHORISE';
  if (state === 'authorised' && wanted === 'captured') return 'CAPTURE';
  if (state === 'authorised' && wanted === 'voided') return 'VOID';
  return state === 'captured' && wanted === 'refunded' ? 'REFUND' : undefined;
}

/** What a payment becomes by the provider's answer; undefined where that answer cannot be. */
export function after(operation: Operation, approved: boolean): State | undefined {
  if (!approved) return operation === 'AUTHORISE' ? 'declined' : undefined;
  return ({ AUTHORISE: 'authorised', CAPTURE: 'captured', VOID: 'voided', REFUND: 'refunded' } as const)[operation];
}

/** Why a payment cannot be wanted otherwise; undefined where it can. What is wanted already may be wanted again. */
export function refusal(state: State, wanted: Wanted, next: Wanted): string | undefined {
  if (wanted === next) return undefined;
  if (next === 'captured') return wanted === 'authorised' && state === 'authorised' ? undefined : `It is ${state}`;
  if (next === 'voided') return wanted === 'authorised' ? undefined : 'The money is taken: refund it';
  if (next === 'refunded') return wanted === 'captured' ? undefined : `It is ${state}`;
  return wanted === 'voided' ? 'The order was cancelled' : undefined;
}
