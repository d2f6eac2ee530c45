import pg from 'pg';
import { STATEMENT_TIMEOUT_MS } from './database.ts';

const CONNECT_TIMEOUT_MS = 2_000;

/** A pool of at most `max` connections, whose statements end after ten seconds. */
export function createPool(address: URL, max: number): pg.Pool {
  return new pg.Pool({
    connectionString: address.href,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
  });
}
