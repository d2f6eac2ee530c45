import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 8 * 1024;
const TRACE_BYTES = 16;
const SPAN_BYTES = 8;

const pool = Buffer.allocUnsafe(POOL_BYTES);
let used = POOL_BYTES;

/** 32 hexadecimal digits. */
export function newTraceId(): string {
  return hex(TRACE_BYTES);
}

/** 16 hexadecimal digits. */
export function newSpanId(): string {
  return hex(SPAN_BYTES);
}

/** Asking the system for each id by itself costs ten times as much. All zeros, which is no id, is as likely as guessing a key. */
function hex(bytes: number): string {
  if (used + bytes > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}
