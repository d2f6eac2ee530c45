import type { EventLog } from './event-log.ts';
import { type PostgresLogOptions, postgresLog } from './postgres-log/postgres-log.ts';

/** Schemes of `EVENTS_URL`, each with its adapter. */
export const LOG_PROTOCOLS: readonly string[] = ['postgres:', 'postgresql:'];

/** The log at an address; its scheme says which adapter serves it. */
export function openEventLog(address: URL, options: PostgresLogOptions = {}): Promise<EventLog> {
  return postgresLog(address, options);
}
