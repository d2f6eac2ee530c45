import { randomUUID } from 'node:crypto';

const GIVEN = /^[A-Za-z0-9._:~+/=-]{1,128}$/;

/** The caller's request id where it is sound, else a new one (service contract, section 6). */
export function requestIdOf(header: unknown): string {
  return typeof header === 'string' && GIVEN.test(header) ? header : randomUUID();
}
