import { it } from 'vitest';

/** A test for services that have something: one without it has nothing to be tested, and so nothing that is skipped. */
export function where(has: unknown): (name: string, check: () => Promise<void>, timeoutMs?: number) => void {
  return has === undefined ? () => undefined : it;
}
