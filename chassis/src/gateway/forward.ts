import type { IncomingMessage } from 'node:http';
import { Problem } from '../http/problem.ts';
import { UpstreamError } from '../http-client/errors.ts';
import { API_KEY_HEADER } from './auth/authenticate.ts';
import { type Identity, identityHeaders } from './auth/identity.ts';
import { type Keeping, keep, mayUseCache } from './cache/keeping.ts';
import type { CacheStore } from './cache/store.ts';
import { type Passage, sendHead, sendProblem } from './http/answer.ts';
import { hasBody, limitedBody, wholeBody } from './http/body.ts';
import type { ClientAddress } from './http/client-address.ts';
import { addForwarded, type HeaderMap, requestHeaders, responseHeaders } from './http/hygiene.ts';
import type { RoutePlan } from './plan.ts';
import type { RequestTarget } from './routes/target.ts';
import type { JsonChange } from './routes/types.ts';
import { changeJson } from './transform.ts';
import type { BackendService, Outgoing, Receiver } from './upstream/backend.ts';
import { changeHeaders } from './upstream/headers.ts';
import { changedPath, clientLocation } from './upstream/rewrite.ts';
import { byWeight } from './upstream/weights.ts';

/** A request that is let through, on its way to a backend. */
export interface Forwarding extends Passage {
  readonly plan: RoutePlan;
  readonly target: RequestTarget;
  readonly client: ClientAddress;
  readonly identity: Identity | undefined;
  /** How often the cache had been purged as the request came. */
  readonly purges: number;
}

export interface ForwardParts {
  readonly backends: ReadonlyMap<string, BackendService>;
  readonly cache: CacheStore;
  random(): number;
  /** Milliseconds since 1970. */
  now(): number;
}

/** A larger answer cannot be transformed. */
const LARGEST_CHANGED_BYTES = 1024 * 1024;
/** A body that came in one piece waits for its end, and leaves as text: head and body are then one write, at half the cost. */
const HELD_BYTES = 16 * 1024;
const JSON_TYPE = /^application\/([\w.-]+\+)?json\b/i;
const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** Passes a request on, and its answer back. Answers by itself only where something fails. */
export function forward(passage: Forwarding, parts: ForwardParts): void {
  const change = passage.plan.entry.target.policy.transform?.request;
  if (!hasBody(passage.request)) {
    send(passage, parts, undefined);
    return;
  }
  if (!change) {
    send(passage, parts, limitedBody(passage.request, passage.plan.maxBytes));
    return;
  }
  changedBody(passage, change).then(
    (body) => send(passage, parts, body),
    (error) => sendProblem(passage, error),
  );
}

async function changedBody({ request, plan }: Forwarding, change: JsonChange): Promise<Buffer> {
  if (!JSON_TYPE.test(request.headers['content-type'] ?? '') || request.headers['content-encoding'])
    throw new Problem({ status: 415, detail: 'The body must be application/json' });
  const text = (await wholeBody(request, plan.maxBytes)).toString('utf8');
  return Buffer.from(JSON.stringify(changeJson(parsed(text), change)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem({ status: 400, detail: 'The body is not valid JSON' });
  }
}

function send(passage: Forwarding, parts: ForwardParts, body: Outgoing['body'] | undefined): void {
  const { plan, target, request, response, work } = passage;
  const { entry } = plan;
  const path = changedPath(target.path, entry.target.rewrite.path, entry.path);
  const backend = parts.backends.get(byWeight(entry.target.backends, parts.random()).name);
  if (!backend) throw new Error(`There is no backend of ${entry.target.id}`);
  const underWay = backend.send(
    {
      method: request.method ?? 'GET',
      path: target.query === '' ? path : `${path}?${target.query}`,
      headers: headersFor(passage, body),
      body,
      deadline: Math.min(work.deadline, work.startedAt + plan.timeoutMs),
      attemptMs: plan.attemptMs,
      received: () => request.complete,
      context: work.context,
    },
    receiver(passage, parts),
  );
  response.on('drain', () => underWay.resume());
  work.abandon = () => underWay.abort();
}

function headersFor({ plan, request, client, identity, work }: Forwarding, body: Outgoing['body'] | undefined): HeaderMap {
  const { policy, rewrite, requestHeaders: changes } = plan.entry.target;
  const headers = requestHeaders(request.headers);
  if (policy.authentication) delete headers[API_KEY_HEADER];
  if (policy.transform?.response) delete headers['accept-encoding'];
  if (body === undefined) delete headers['content-length'];
  else if (Buffer.isBuffer(body)) headers['content-length'] = String(body.length);
  changeHeaders(headers, changes);
  addForwarded(headers, client, request);
  if (rewrite.hostname !== undefined) headers['host'] = rewrite.hostname;
  if (identity) Object.assign(headers, identityHeaders(identity));
  headers['x-request-id'] = work.requestId;
  return headers;
}

/** What is done with the answer of a backend. */
function receiver(passage: Forwarding, parts: ForwardParts): Receiver {
  const { response } = passage;
  let body: Receiver | undefined;
  return {
    answered(status, raw) {
      if (isForeignFailure(status, raw)) body = hiddenFailure(passage, status);
      else if (passage.plan.entry.target.policy.transform?.response && status < 300 && hasContent(passage.request, status))
        body = changedAnswer(passage, parts, { status, headers: answerHeaders(passage, raw) });
      else body = plainAnswer(passage, parts, { status, headers: answerHeaders(passage, raw) });
    },
    data: (chunk) => body?.data(chunk) ?? true,
    ended: () => body?.ended(),
    failed(error) {
      if (!response.writableFinished) sendProblem(passage, error);
    },
  };
}

/** A failure that is no problem document was not written for strangers: a stack page, a proxy's HTML. */
function isForeignFailure(status: number, headers: HeaderMap): boolean {
  return status >= 500 && !String(headers['content-type'] ?? '').startsWith('application/problem+json');
}

function hiddenFailure(passage: Forwarding, status: number): Receiver {
  const [backend] = passage.plan.entry.target.backends;
  sendProblem(passage, new UpstreamError({ peer: backend?.name ?? '', reason: 'status', status }));
  return { answered: () => undefined, data: () => true, ended: () => undefined, failed: () => undefined };
}

function hasContent({ method }: IncomingMessage, status: number): boolean {
  return method !== 'HEAD' && status !== 204;
}

interface Head {
  readonly status: number;
  readonly headers: HeaderMap;
}

function answerHeaders({ plan }: Forwarding, raw: HeaderMap): HeaderMap {
  const headers = responseHeaders(raw);
  if (typeof headers['location'] === 'string') headers['location'] = clientLocation(headers['location'], plan.entry);
  changeHeaders(headers, plan.entry.target.responseHeaders);
  return headers;
}

function plainAnswer(passage: Forwarding, parts: ForwardParts, { status, headers }: Head): Receiver {
  const { response, work, plan } = passage;
  const keeping = keepingOf(passage, parts, { status, headers });
  if (status >= 500) work.failure = new UpstreamError({ peer: plan.entry.target.backends[0]?.name ?? '', reason: 'status', status });
  forgetChanged(passage, parts, status);
  const whole = Number(headers['content-length'] ?? 0);
  let held: Buffer | undefined;
  sendHead(passage, status, headers);
  return {
    answered: () => undefined,
    data(chunk) {
      keeping?.data(chunk);
      if (chunk.length !== whole || whole > HELD_BYTES) return response.write(chunk);
      held = chunk;
      return true;
    },
    ended() {
      keeping?.ended();
      if (held) response.end(held.toString('latin1'), 'latin1');
      else response.end();
    },
    failed: () => undefined,
  };
}

function keepingOf(passage: Forwarding, { cache, now }: ForwardParts, { status, headers }: Head): Keeping | undefined {
  const { plan, request, purges } = passage;
  const spec = plan.entry.target.policy.cache;
  if (!spec || !mayUseCache(request.method, request.headers)) return undefined;
  const personal = isPersonal(passage);
  return keep({ store: cache, key: cacheKey(passage), spec, personal, asked: request.headers, purges, now }, status, headers);
}

/** Begins with the path, so that a purge can name one. What was answered to strangers is not for who shows who it is. */
export function cacheKey({ plan, target, ...asking }: Forwarding): string {
  return `${target.path}?${target.query} ${plan.entry.target.id}${isPersonal(asking) ? ' public' : ''}`;
}

function isPersonal({ identity, request }: Pick<Forwarding, 'identity' | 'request'>): boolean {
  return identity !== undefined || request.headers.authorization !== undefined || request.headers.cookie !== undefined;
}

/** What was changed through the gateway is not answered from the cache any more (RFC 9111, 4.4), nor what hangs together with it. */
function forgetChanged({ plan, request, target }: Forwarding, { cache }: ForwardParts, status: number): void {
  const spec = plan.entry.target.policy.cache;
  if (spec && UNSAFE.has(request.method ?? '') && status < 400) cache.purge({ prefix: target.path, tags: spec.tags ?? [] });
}

/** Collects the answer, changes it, and sends it at its end. */
function changedAnswer(passage: Forwarding, parts: ForwardParts, head: Head): Receiver {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    answered: () => undefined,
    data(chunk) {
      bytes += chunk.length;
      if (bytes <= LARGEST_CHANGED_BYTES) chunks.push(chunk);
      return true;
    },
    ended() {
      const body = bytes <= LARGEST_CHANGED_BYTES ? changedText(passage, head.headers, Buffer.concat(chunks)) : undefined;
      if (body === undefined)
        return sendProblem(passage, new UpstreamError({ peer: passage.plan.entry.target.id, reason: 'bad-answer', status: head.status }));
      const { 'content-length': _old, ...headers } = head.headers;
      const whole = plainAnswer(passage, parts, { status: head.status, headers: { ...headers, 'content-length': String(body.length) } });
      whole.data(body);
      whole.ended();
    },
    failed: () => undefined,
  };
}

/** Undefined where the answer cannot be read: what should be taken out of it might be in it. */
function changedText({ plan }: Forwarding, headers: HeaderMap, body: Buffer): Buffer | undefined {
  const change = plan.entry.target.policy.transform?.response ?? {};
  if (body.length === 0) return body;
  if (headers['content-encoding'] !== undefined || !JSON_TYPE.test(String(headers['content-type'] ?? ''))) return undefined;
  try {
    return Buffer.from(JSON.stringify(changeJson(JSON.parse(body.toString('utf8')), change)));
  } catch {
    return undefined;
  }
}
