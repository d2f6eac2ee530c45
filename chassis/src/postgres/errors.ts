import { Failure } from '../failure.ts';

/** The database did not answer, or not in time. Not caught, it becomes 503 or 504. */
export class DatabaseError extends Failure {
  override readonly name = 'DatabaseError';
}

/** Integrity constraint violations, SQLSTATE class 23. */
const VIOLATION = /^23/;
/** The server goes away, is not up yet, or has no connection to spare (classes 08, 53, 57P). */
const GONE = /^(08|53|57P)/;
const QUERY_CANCELED = '57014';
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);

/** Whether a statement failed because the data would break a constraint: the one named, or any. */
export function isViolation(error: unknown, constraint?: string): boolean {
  const { code, constraint: broken } = error as { code?: unknown; constraint?: unknown };
  return typeof code === 'string' && VIOLATION.test(code) && (constraint === undefined || broken === constraint);
}

/** Whether the database cannot be reached now, though it may be later. */
export function isUnreachable(error: unknown): boolean {
  const code = codeOf(error);
  if (code === undefined) return error instanceof Error && isConnectionLoss(error);
  return NETWORK.has(code) || (GONE.test(code) && code !== QUERY_CANCELED);
}

/** The error as a service should see it: what is about the connection becomes a DatabaseError, what is about SQL stays. */
export function translated(error: unknown): unknown {
  if (isUnreachable(error)) return failure(error, { status: 503, detail: 'The database is not available' });
  if (codeOf(error) === QUERY_CANCELED) return failure(error, { status: 504, detail: 'The database did not answer in time' });
  return error;
}

function failure(cause: unknown, answer: ConstructorParameters<typeof DatabaseError>[1]): DatabaseError {
  return new DatabaseError(`${answer.detail}: ${(cause as Error).message || codeOf(cause)}`, answer, { cause });
}

/** SQLSTATE or the system's name of a network error. */
export function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** These errors of the driver carry no code. */
function isConnectionLoss({ message }: Error): boolean {
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(message);
}
