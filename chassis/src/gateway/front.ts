import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Counter } from 'prom-client';
import { createListener } from '../http/listener.ts';
import { createObserver, type Observer } from '../http/observe.ts';
import { createProbes } from '../http/probes.ts';
import { notFound, Problem, unavailable } from '../http/problem.ts';
import type { Front, OpenParts } from '../service/service.ts';
import { type AuthParts, authenticate } from './auth/authenticate.ts';
import type { Identity } from './auth/identity.ts';
import { mayUseCache, repeated } from './cache/keeping.ts';
import type { CacheStore } from './cache/store.ts';
import { cacheKey, type Forwarding, forward } from './forward.ts';
import { type Passage, sendHead, sendProblem } from './http/answer.ts';
import { type ClientAddress, clientAddress } from './http/client-address.ts';
import { headerFault } from './http/hygiene.ts';
import { count, type LimitHeaders, type RateLimit } from './limits/rate-limit.ts';
import type { LimitStore } from './limits/store.ts';
import { planRoutes, type RoutePlan } from './plan.ts';
import type { RouteTable } from './routes/compile.ts';
import { type Matched, matchRoute } from './routes/match.ts';
import { BadTarget, type RequestTarget, requestTarget } from './routes/target.ts';
import type { BackendService } from './upstream/backend.ts';
import { redirectLocation } from './upstream/rewrite.ts';

/** Answers a request that is for the gateway itself. */
export type OwnPage = (passage: Passage) => void;

/** What the gateway serves with, once it is started. */
export interface Serving {
  readonly backends: ReadonlyMap<string, BackendService>;
  readonly auth: AuthParts;
  readonly limits: LimitStore;
  readonly cache: CacheStore;
  /** By path: what the gateway answers by itself. */
  readonly pages: ReadonlyMap<string, OwnPage>;
  readonly trustedHops: number;
}

interface Counters {
  readonly refused: Counter<'reason'>;
  readonly cache: Counter<'result'>;
}

/** A request whose line and headers are sound. */
interface Sound {
  readonly target: RequestTarget;
  readonly matched: Matched;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Nginx's number for a caller who went away before the answer. */
const CALLER_WENT_AWAY = 499;

/** The HTTP server of a gateway. Built on Node's own: a framework between two sockets would cost more than the rest of the way. */
export function openFront(parts: OpenParts, table: RouteTable, open: (serving: Parameters<Front['serve']>) => Serving): Front {
  const probes = createProbes(parts.health, parts.metrics);
  const observer = createObserver(parts);
  const counters = countersOf(parts);
  const plans = planRoutes(table);
  let serving: Serving | undefined;
  const listener = createListener((request, response) => {
    const probe = probes(request.url);
    if (probe) return probe(request, response);
    const sound = soundness(request, table, serving?.pages);
    const plan = sound instanceof Problem || sound.matched.is !== 'found' ? undefined : plans.get(sound.matched.entry);
    const passage = begin({
      request,
      response,
      observer,
      template: plan?.template ?? (sound instanceof Problem ? '' : pageTemplate(sound, serving)),
    });
    if (!serving || !parts.health.isStarted()) return sendProblem(passage, unavailable('The gateway is starting'));
    admit(passage, { sound, plan, serving, counters });
  });
  return {
    listen: listener.listen,
    close: listener.close,
    serve(...given) {
      serving = open(given);
    },
  };
}

function countersOf({ metrics }: OpenParts): Counters {
  const refused = metrics.counter({ name: 'gateway_refused_requests_total', help: 'Requests that reached no backend', labels: ['reason'] });
  const cache = metrics.counter({
    name: 'gateway_cache_requests_total',
    help: 'Requests that the cache was asked for',
    labels: ['result'],
  });
  // A rate needs the zero before the first one.
  for (const reason of Object.values(REASONS)) refused.inc({ reason }, 0);
  for (const result of ['hit', 'miss']) cache.inc({ result }, 0);
  return { refused, cache };
}

function soundness(request: IncomingMessage, table: RouteTable, pages: Serving['pages'] | undefined): Sound | Problem {
  const { method = '', url = '', headers } = request;
  if (!METHODS.has(method))
    return new Problem({ status: 405, detail: `${method} is not taken here`, headers: { allow: [...METHODS].join(', ') } });
  const fault = headerFault(request);
  if (fault !== undefined) return new Problem({ status: 400, detail: fault, headers: { connection: 'close' } });
  try {
    const target = requestTarget(url);
    if (pages?.has(target.path)) return { target, matched: { is: 'nothing' } };
    const host = (headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
    return { target, matched: matchRoute(table, { method, host, headers, ...target }) };
  } catch (error) {
    if (error instanceof BadTarget) return new Problem({ status: 400, detail: error.message });
    throw error;
  }
}

function pageTemplate({ target }: Sound, serving: Serving | undefined): string {
  return serving?.pages.has(target.path) ? target.path : '';
}

interface Beginning {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly observer: Observer;
  readonly template: string;
}

function begin({ request, response, observer, template }: Beginning): Passage {
  const work = observer.begin(request, template);
  response.on('close', () => {
    observer.end(work, response.writableFinished ? response.statusCode : CALLER_WENT_AWAY);
    if (!response.writableFinished) work.abandon?.();
  });
  return { request, response, work, limits: undefined };
}

interface Admission {
  readonly sound: Sound | Problem;
  readonly plan: RoutePlan | undefined;
  readonly serving: Serving;
  readonly counters: Counters;
}

/** Lets a request through the gates of its route, or refuses it. Never throws. */
function admit(passage: Passage, { sound, plan, serving, counters }: Admission): void {
  const refuse = (error: unknown) => {
    if (error instanceof Problem) counters.refused.inc({ reason: reasonOf(error.status) });
    sendProblem(passage, error);
  };
  try {
    if (sound instanceof Problem) throw sound;
    const page = serving.pages.get(sound.target.path);
    if (!page && !plan) throw unmatched(sound.matched);
    page?.(passage);
    const done = plan && throughGates(Object.assign(passage, { plan, target: sound.target }), serving, counters);
    if (done instanceof Promise) done.catch(refuse);
  } catch (error) {
    refuse(error);
  }
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'malformed',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'no_route',
  405: 'method',
  413: 'too_large',
  429: 'rate_limited',
};

function reasonOf(status: number): string {
  return REASONS[status] ?? 'other';
}

function unmatched(matched: Matched): Problem {
  if (matched.is !== 'other-method') return notFound('There is nothing here');
  const allow = matched.allow.join(', ');
  return new Problem({ status: 405, detail: `This path answers ${allow}`, headers: { allow } });
}

type Gated = Passage & Pick<Forwarding, 'plan' | 'target'>;

/** Client limits, who it is, limits of who it is, cache, backend. A promise only where a gate has to wait. */
function throughGates(passage: Gated, serving: Serving, counters: Counters): void | Promise<void> {
  const { request, plan } = passage;
  const { target } = plan.entry;
  const client = clientAddress(request.socket.remoteAddress, request.headers['x-forwarded-for'], serving.trustedHops);
  const forwarded = (identity: Identity | undefined) =>
    handOver(Object.assign(passage, { client, identity, purges: serving.cache.purges() }), serving, counters);
  return after(countAll(passage, plan.clientLimits, client.key, serving), () => {
    if (target.redirect) return redirect(passage);
    const identity = target.policy.authentication ? authenticate(target.policy.authentication, request.headers, serving.auth) : undefined;
    return after(identity, (known) =>
      after(countAll(passage, plan.identityLimits, identityKey(known, client), serving), () => forwarded(known)),
    );
  });
}

/** Strangers share no bucket: each counts as the client that it is. */
function identityKey(identity: Identity | undefined, client: ClientAddress): string {
  return identity ? `${identity.by}:${identity.id}` : `client:${client.key}`;
}

/** Goes on at once where there is nothing to wait for: a promise a gate would cost more than the gates. */
function after<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Every limit is asked; the answer tells of the last one. */
function countAll(passage: Gated, limits: readonly RateLimit[], key: string, { limits: store }: Serving): void | Promise<void> {
  let waiting: Promise<void> | undefined;
  for (const limit of limits) {
    const counted = count(limit, key, { store, now: () => performance.now() });
    if (counted instanceof Promise) waiting = Promise.all([waiting, counted]).then(([, headers]) => tell(passage, headers));
    else tell(passage, counted);
  }
  return waiting;
}

function tell(passage: Gated, headers: LimitHeaders): void {
  passage.limits = headers;
}

function redirect(passage: Gated): void {
  const { plan, target, request, response } = passage;
  const { redirect: rule } = plan.entry.target;
  if (!rule) throw new Error('This route redirects nowhere');
  const location = redirectLocation(rule, { ...target, host: request.headers.host ?? '' }, plan.entry.path);
  sendHead(passage, rule.statusCode ?? 302, { location, 'content-length': '0' });
  response.end();
}

function handOver(passage: Forwarding, serving: Serving, { cache }: Counters): void {
  const { request, work, plan } = passage;
  if (work.deadline <= performance.now()) throw new Problem({ status: 504, detail: 'The time that the caller allows is over' });
  if (plan.entry.target.policy.cache && mayUseCache(request.method, request.headers)) {
    const kept = serving.cache.find(cacheKey(passage), request.headers, Date.now());
    cache.inc({ result: kept ? 'hit' : 'miss' });
    if (kept) {
      const { status, headers, body } = repeated(kept, request.headers, Date.now());
      sendHead(passage, status, headers);
      passage.response.end(body);
      return;
    }
  }
  forward(passage, { backends: serving.backends, cache: serving.cache, random: Math.random, now: Date.now });
}
