import { STATUS_CODES } from 'node:http';
import { Failure } from '../failure.ts';

/** One thing that is wrong with a request: a JSON pointer that begins with its place, as in `/body/items/0/quantity`. */
export interface InputError {
  readonly path: string;
  readonly message: string;
}

/** The body of every error answer (RFC 9457). */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly requestId?: string;
  readonly errors?: readonly InputError[];
  readonly [member: string]: unknown;
}

export interface ProblemOptions {
  readonly status: number;
  /** What went wrong, for the one who asked. */
  readonly detail?: string;
  /** A short name of this kind of problem; the status's own by default. */
  readonly title?: string;
  /** A URI that identifies the kind of problem. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the body. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An answer that is an error. Thrown by handlers; its words are meant for the caller. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly #options: ProblemOptions;

  constructor(options: ProblemOptions) {
    super(options.detail ?? options.title ?? titleOf(options.status), { cause: options.cause });
    this.status = options.status;
    this.headers = options.headers ?? {};
    this.#options = options;
  }

  /** The body to send. */
  body(requestId: string): ProblemBody {
    const { status, detail, title = titleOf(status), type = 'about:blank', more } = this.#options;
    return { ...more, type, title, status, ...(detail !== undefined && { detail }), requestId };
  }
}

export function badRequest(detail: string): Problem {
  return new Problem({ status: 400, detail });
}

export function unauthorized(detail: string): Problem {
  return new Problem({ status: 401, detail });
}

export function forbidden(detail: string): Problem {
  return new Problem({ status: 403, detail });
}

export function notFound(detail: string): Problem {
  return new Problem({ status: 404, detail });
}

export function conflict(detail: string): Problem {
  return new Problem({ status: 409, detail });
}

export function unavailable(detail: string): Problem {
  return new Problem({ status: 503, detail, headers: { 'retry-after': '1' } });
}

/** What a request that breaks the contract is told. */
export function invalidRequest(errors: readonly InputError[]): Problem {
  return new Problem({ status: 400, detail: 'The request does not match the contract', more: { errors } });
}

/** What the framework found wrong, in our words: its own may change. */
const FRAMEWORK_DETAILS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is larger than 1 MiB',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The body must be application/json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as Content-Length says',
  FST_ERR_BAD_URL: 'The path is not valid',
};

/** Any thrown thing as the problem that its caller may see. What is not known becomes a 500 that says nothing. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Failure) return fromFailure(error);
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  if (code?.startsWith('FST_ERR_') && statusCode !== undefined && statusCode < 500) {
    return new Problem({ status: statusCode, detail: FRAMEWORK_DETAILS[code] ?? 'The request is not valid', cause: error });
  }
  return new Problem({ status: 500, detail: 'Something went wrong here', cause: error });
}

function fromFailure(failure: Failure): Problem {
  const { status, detail } = failure.answer;
  return new Problem({ status, detail, cause: failure, ...(status === 503 && { headers: { 'retry-after': '1' } }) });
}

function titleOf(status: number): string {
  return STATUS_CODES[status] ?? 'Error';
}
