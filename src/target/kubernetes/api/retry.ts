/** How one attempt of a request ended: with a status, or with no answer at all. */
export type Attempt =
  /** `passing`: a conflict with a write at the same moment, such as a controller's. */
  | { readonly status: number; readonly retryAfterSeconds?: number; readonly passing?: boolean }
  /** Whether the server may have carried it out is not known. */
  | { readonly status: undefined };

/** A request that may be sent again: it has the same effect however often it arrives. A POST has not. */
const IDEMPOTENT = new Set(['GET', 'PUT', 'PATCH', 'DELETE']);

const MOST_ATTEMPTS = 8;
/** A conflict that is still there then is not with a write at the same moment. */
const MOST_CONFLICTS = 5;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** A server may ask for patience, but not for more than a user has. */
const MOST_PATIENCE_MS = 30_000;

/**
 * How long to wait before the same request is sent again, in milliseconds; undefined where it must not be, or was often enough.
 * What the API server asks for goes first: https://kubernetes.io/docs/reference/using-api/api-concepts/#retries
 * @param chance 0 to 1: so that many clients do not come back at the same moment
 */
export function pauseBefore(
  attempt: Attempt,
  { number, method, chance }: { number: number; method: string; chance: number },
): number | undefined {
  if (number >= MOST_ATTEMPTS || !mayRepeat(attempt, { number, method })) return undefined;
  if (attempt.status !== undefined && attempt.retryAfterSeconds !== undefined)
    return Math.min(attempt.retryAfterSeconds * 1000, MOST_PATIENCE_MS);
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** (number - 1), LONGEST_PAUSE_MS);
  return longest / 2 + (chance * longest) / 2;
}

/** 429 and 503 were not carried out, whatever they asked for; of everything else that is not known. */
function mayRepeat(attempt: Attempt, { number, method }: { number: number; method: string }): boolean {
  const { status } = attempt;
  if (status === 429 || status === 503) return true;
  // A PUT carries the version that was read: it would not fit the second time either.
  if (status === 409) return attempt.passing === true && (method === 'PATCH' || method === 'DELETE') && number < MOST_CONFLICTS;
  // A server that is behind its peers says so of what it has to catch up with.
  if (status === 410) return method === 'GET';
  return IDEMPOTENT.has(method) && (status === undefined || status === 500 || status === 502 || status === 504);
}
