import pg from 'pg';
import { STATEMENT_TIMEOUT_MS } from './database.ts';

const CONNECT_TIMEOUT_MS = 2_000;

/** A pool of at most `max` connections, whose statements end after ten seconds. */
export function createPool(address: URL, max: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: address.href,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
  });
  // Whoever has borrowed a connection that breaks learns it from a statement; an event that nobody hears would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
