import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Contract } from './contract.ts';
import { createWatch } from './deadline.ts';
import type { Handler, HandlerTable } from './handlers.ts';
import type { Health } from './health.ts';
import { createListener, type Listener } from './listener.ts';
import { createObserver, type ObserverParts, type Work } from './observe.ts';
import { respond, type Served } from './operations.ts';
import { createProbes } from './probes.ts';
import { notFound, unavailable } from './problem.ts';
import { sendProblem } from './reply.ts';
import { assertHandlers, refuseOtherMethods, routePath } from './routes.ts';
import { compileChecks, type OperationChecks } from './validation.ts';

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

/** Nginx's number for a caller who went away before the answer. */
const CALLER_WENT_AWAY = 499;

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
    const work = observer.begin(request.raw, templateOf(request.routeOptions.config));
    request.work = work;
    reply.header('x-request-id', work.requestId);
    const { raw } = reply;
    raw.on('close', () => {
      observer.end(work, raw.writableFinished ? raw.statusCode : CALLER_WENT_AWAY);
      work.abandon?.();
    });
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

/** What the route of an operation was made with. */
function templateOf(config: unknown): string {
  return (config as { readonly template?: string } | undefined)?.template ?? '';
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
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, notFound('There is nothing here')));
  app.setErrorHandler((error, _request, reply) => sendProblem(reply, error));
}

function addOperations(app: FastifyInstance, parts: HttpServerParts, handlerOf: (id: string) => Handler): void {
  const { contract, checkResponses } = parts;
  const checks = compileChecks(contract);
  const watch = createWatch();
  for (const operation of contract.operations) {
    const path = routePath(operation.path);
    const served: Served = {
      operation,
      path,
      checks: checks.get(operation.id) as OperationChecks,
      headerNames: operation.parameters.filter(({ place }) => place === 'header').map(({ name }) => name),
      checkResponses,
      watch,
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
