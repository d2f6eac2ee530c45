import { type ErrorCode, SvcError } from '../../errors.ts';
import type { WireError } from './protocol.ts';

/** What the background process refused, as the error it was there. An answer that is none of its own says so. */
export function thrown(answer: string): SvcError {
  const error = parsed(answer);
  const hint = error?.hint ?? 'End the local system and try again: svc down';
  return new SvcError((error?.code ?? 'local/unavailable') as ErrorCode, error?.message ?? 'The background process gave no proper answer', {
    hint,
  });
}

function parsed(answer: string): WireError | undefined {
  try {
    return (JSON.parse(answer) as { readonly error?: WireError }).error;
  } catch {
    return undefined;
  }
}
