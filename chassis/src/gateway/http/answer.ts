import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Work } from '../../http/observe.ts';
import { problemOf } from '../../http/problem.ts';
import type { LimitHeaders } from '../limits/rate-limit.ts';
import type { HeaderMap } from './hygiene.ts';

/** A request on its way through the gateway. */
export interface Passage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly work: Work;
  /** What the answer says of rate limits, once they are known. */
  limits: LimitHeaders | undefined;
}

/** More than this of an unread body is not waited for: the connection is closed instead. */
const DRAINED_BYTES = 64 * 1024;

/** Begins the answer. What the gateway itself has to say wins over the backend's word. */
export function sendHead({ response, work, limits }: Passage, status: number, headers: HeaderMap): void {
  if (limits) Object.assign(headers, limits);
  headers['x-request-id'] = work.requestId;
  response.writeHead(status, headers);
}

/** Answers with a problem, or cuts the connection where an answer has begun: nobody may take half of it for the whole. */
export function sendProblem(passage: Passage, error: unknown): void {
  const { request, response, work } = passage;
  const problem = problemOf(error);
  if (problem.status >= 500) work.failure = problem.cause ?? problem;
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = JSON.stringify(problem.body(work.requestId));
  const close = !request.complete && mayBeLong(request) ? { connection: 'close' } : {};
  const own = {
    ...problem.headers,
    ...close,
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
  };
  sendHead(passage, problem.status, own);
  response.end(request.method === 'HEAD' ? undefined : body);
}

function mayBeLong({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > DRAINED_BYTES;
}
