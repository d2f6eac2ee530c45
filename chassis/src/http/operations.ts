import { context } from '@opentelemetry/api';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Operation } from './contract.ts';
import { LONGEST_REQUEST_MS, type Watch } from './deadline.ts';
import { HandlerRequest } from './handler-request.ts';
import type { Answer, Handler } from './handlers.ts';
import type { Work } from './observe.ts';
import { invalidRequest, Problem } from './problem.ts';
import { sendProblem } from './reply.ts';
import type { RoutePath } from './routes.ts';
import type { OperationChecks, RawInput } from './validation.ts';

/** What one operation is served with. */
export interface Served {
  readonly operation: Operation;
  readonly path: RoutePath;
  /** Header parameters, by the names of the contract. */
  readonly headerNames: readonly string[];
  readonly checks: OperationChecks;
  readonly checkResponses: boolean;
  readonly watch: Watch;
  handler(): Handler;
}

/** Runs the handler of an operation and sends its answer, or what became of it. Never rejects. */
export async function respond(served: Served, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { work } = request;
  let given: HandlerRequest | undefined;
  const expiring = {
    deadline: work.deadline,
    expire() {
      given?.abandon();
      if (!reply.sent) sendProblem(reply, outOfTime(work));
    },
  };
  work.abandon = () => given?.abandon();
  served.watch.begin(expiring);
  try {
    given = new HandlerRequest(readInput(served, request), { operation: served.operation.id, requestId: work.requestId });
    const answer = await context.with(work.context, served.handler(), undefined, given as never);
    if (!reply.sent) sendAnswer(served, reply, answer);
  } catch (error) {
    if (!reply.sent) sendProblem(reply, served.checkResponses ? checkedProblem(served, error, work) : error);
  } finally {
    served.watch.end(expiring);
  }
}

const NOTHING: Readonly<Record<string, never>> = {};

/** @throws Problem 400 with all that is wrong */
function readInput({ checks, path, headerNames }: Served, request: FastifyRequest): RawInput {
  const headers = headerNames.length === 0 ? NOTHING : { ...request.headers };
  const input: RawInput = {
    params: named(path.names, request.params as Record<string, unknown>),
    query: request.query as Record<string, unknown>,
    headers,
    body: request.body,
    bodyBytes: Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY),
  };
  const errors = checks.request(input);
  if (errors.length > 0) throw invalidRequest(errors);
  if (headerNames.length === 0) return input;
  return { ...input, headers: Object.fromEntries(headerNames.map((name) => [name, headers[name.toLowerCase()]])) };
}

/** The router knows parameters by position. */
function named(names: readonly string[], positional: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (let index = 0; index < names.length; index++) params[names[index] ?? ''] = positional[`p${index}`];
  return params;
}

function outOfTime({ allowed }: Work): Problem {
  if (allowed < LONGEST_REQUEST_MS) return new Problem({ status: 504, detail: 'The time that the caller allows is over' });
  return new Problem({ status: 503, detail: 'The request took too long', headers: { connection: 'close' } });
}

function sendAnswer({ checks, checkResponses }: Served, reply: FastifyReply, { status, body, headers }: Answer): void {
  const complaint = checkResponses ? checks.answer(status, body) : undefined;
  if (complaint !== undefined) {
    sendProblem(reply, brokenAnswer(complaint));
    return;
  }
  if (headers) reply.headers(headers);
  if (body !== undefined) reply.header('content-type', 'application/json; charset=utf-8');
  void reply.code(status).send(body === undefined ? undefined : JSON.stringify(body));
}

/** A problem that a handler throws is an answer too, and the contract must name it. */
function checkedProblem({ checks }: Served, error: unknown, { requestId }: Work): unknown {
  if (!(error instanceof Problem) || error.status === 400 || error.status >= 500) return error;
  const complaint = checks.answer(error.status, error.body(requestId));
  return complaint === undefined ? error : brokenAnswer(complaint);
}

function brokenAnswer(complaint: string): Problem {
  return new Problem({ status: 500, detail: `The answer breaks the contract: ${complaint}` });
}
