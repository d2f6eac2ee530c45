/** A mesh sets the same header. */
export const DEADLINE_HEADER = 'x-envoy-expected-rq-timeout-ms';
/** The longest that any request may take. */
export const LONGEST_REQUEST_MS = 30_000;

/** How long a request may take: what its caller says, at most 30 s. A header that is no count of milliseconds says nothing. */
export function allowedTime(header: unknown): number {
  if (typeof header !== 'string' || !/^\d{1,9}$/.test(header)) return LONGEST_REQUEST_MS;
  return Math.min(Number(header), LONGEST_REQUEST_MS);
}
