import { context } from '@opentelemetry/api';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Contract, Operation } from './contract.ts';
import { LONGEST_REQUEST_MS } from './deadline.ts';
import type { Answer, Handler, HandlerTable } from './handlers.ts';
import type { Health } from './health.ts';
import { createListener, type Listener } from './listener.ts';
import { createObserver, type ObserverParts, type Work } from './observe.ts';
import { createProbes } from './probes.ts';
import { invalidRequest, notFound, Problem, problemOf, unavailable } from './problem.ts';
import { assertHandlers, type RoutePath, refuseOtherMethods, routePath } from './routes.ts';
import { compileChecks, type OperationChecks, type RawInput } from './validation.ts';

declare module 'fastify' {
  interface FastifyRequest {
    work: Work;
  }
}

export interface HttpServerParts extends ObserverParts {
  readonly contract: Contract;
  readonly health: Health;
  /** Answers that break the contract become failures. */
  readonly checkResponses: boolean;
}

export interface HttpServer extends Pick<Listener, 'listen' | 'close'> {
  /**
   * Gives the operations their handlers; until then they answer 503.
   * @throws ContractError where an operation has no handler or a handler no operation
   */
  serve(handlers: HandlerTable): void;
}

const BODY_LIMIT_BYTES = 1024 * 1024;

/** We validate by ourselves; named here, so that Fastify does not load its own validator and serializer: 4 MB. */
const notUsed = () => () => () => true as never;

/** What one operation is served with. */
interface Served {
  readonly operation: Operation;
  readonly path: RoutePath;
  readonly checks: OperationChecks;
  readonly checkResponses: boolean;
  handler(): Handler;
}

/** The HTTP server of a service: its routes are the operations of the contract, and the probes. */
export async function createHttpServer(parts: HttpServerParts): Promise<HttpServer> {
  const probes = createProbes(parts.health, parts.metrics);
  let listener: Listener | undefined;
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: 1_000 },
    schemaController: { compilersFactory: { buildValidator: notUsed, buildSerializer: notUsed } },
    serverFactory: (handler) => {
      listener = createListener((request, response) => {
        const probe = probes(request.url);
        if (probe) probe(request, response);
        else handler(request, response);
      });
      return listener.server;
    },
    frameworkErrors: (error, request, reply) => {
      observe(request, reply);
      sendProblem(reply, error);
    },
  });
  const observer = createObserver(parts);
  const observe = (request: FastifyRequest, reply: FastifyReply) => {
    request.work = observer.begin(request, reply);
    reply.header('x-request-id', request.work.requestId);
  };
  prepare(app, parts, observe);
  let table: HandlerTable = {};
  addOperations(app, parts, (id) => table[id] as Handler);
  await app.ready();
  return {
    listen: (port, host) => (listener as Listener).listen(port, host),
    close: (drainMs) => (listener as Listener).close(drainMs),
    serve(handlers) {
      assertHandlers(parts.contract.operations, handlers);
      table = handlers;
    },
  };
}

function prepare(app: FastifyInstance, { health }: HttpServerParts, observe: (request: FastifyRequest, reply: FastifyReply) => void): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(/^application\/([\w.-]+\+)?json\b/, { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else parseJson(request, body as string, done);
  });
  app.addHook('onRequest', (request, reply, done) => {
    observe(request, reply);
    if (health.isStarted()) done();
    else done(unavailable('The service is starting'));
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (health.isStopping()) reply.header('connection', 'close');
    done();
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, notFound('There is nothing here')));
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, error));
}

function addOperations(app: FastifyInstance, parts: HttpServerParts, handlerOf: (id: string) => Handler): void {
  const { contract, checkResponses } = parts;
  const checks = compileChecks(contract);
  for (const operation of contract.operations) {
    const path = routePath(operation.path);
    const served: Served = {
      operation,
      path,
      checks: checks.get(operation.id) as OperationChecks,
      checkResponses,
      handler: () => handlerOf(operation.id),
    };
    app.route({
      method: operation.method.toUpperCase(),
      url: path.url,
      config: { template: operation.path },
      handler: (request, reply) => void respond(served, request, reply),
    });
  }
  refuseOtherMethods(app, contract.operations);
}

/** Runs the handler and sends its answer, or what became of it. Never rejects. */
async function respond(served: Served, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { work } = request;
  const controller = lazyController();
  const timer = setTimeout(() => {
    controller.abort();
    if (!reply.sent) sendProblem(reply, outOfTime(work));
  }, work.allowed);
  reply.raw.once('close', () => controller.abort());
  try {
    const input = readInput(served, request);
    const answer = await context.with(work.context, served.handler(), undefined, handlerRequest(input, work, controller) as never);
    if (!reply.sent) sendAnswer(served, reply, answer);
  } catch (error) {
    if (!reply.sent) sendProblem(reply, served.checkResponses ? checkedProblem(served, error, work) : error);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws Problem 400 with all that is wrong */
function readInput({ checks, path, operation }: Served, request: FastifyRequest): RawInput {
  const positional = request.params as Record<string, string>;
  const headers = { ...request.headers };
  const input: RawInput = {
    params: Object.fromEntries(path.names.map((name, index) => [name, positional[`p${index}`]])),
    query: request.query as Record<string, unknown>,
    headers,
    body: request.body,
    bodyBytes: Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY),
  };
  const errors = checks.request(input);
  if (errors.length > 0) throw invalidRequest(errors);
  const named = operation.parameters.filter(({ place }) => place === 'header').map(({ name }) => name);
  return { ...input, headers: Object.fromEntries(named.map((name) => [name, headers[name.toLowerCase()]])) };
}

function handlerRequest({ params, query, headers, body }: RawInput, { requestId }: Work, controller: LazyController): object {
  return {
    params,
    query,
    headers,
    body,
    requestId,
    get signal() {
      return controller.signal();
    },
  };
}

interface LazyController {
  signal(): AbortSignal;
  abort(): void;
}

/** Most handlers never ask for the signal, and an AbortController costs as much as a small handler. */
function lazyController(): LazyController {
  let controller: AbortController | undefined;
  let aborted = false;
  return {
    signal() {
      controller ??= new AbortController();
      if (aborted) controller.abort();
      return controller.signal;
    },
    abort() {
      aborted = true;
      controller?.abort();
    },
  };
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
  if (body !== undefined) reply.type('application/json; charset=utf-8');
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

function sendProblem(reply: FastifyReply, error: unknown): void {
  const problem = problemOf(error);
  const { work } = reply.request;
  if (problem.status >= 500) work.failure = problem.cause ?? problem;
  void reply
    .code(problem.status)
    .headers(problem.headers)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem.body(work.requestId)));
}
