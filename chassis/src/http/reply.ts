import type { FastifyReply } from 'fastify';
import { problemOf } from './problem.ts';

/** Answers with the problem that an error is to its caller, and keeps its cause for the log. */
export function sendProblem(reply: FastifyReply, error: unknown): void {
  const problem = problemOf(error);
  const { work } = reply.request;
  if (problem.status >= 500) work.failure = problem.cause ?? problem;
  void reply
    .code(problem.status)
    .headers(problem.headers)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem.body(work.requestId)));
}
