import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from '../http/problem.ts';
import type { CacheStore, Purge } from './cache/store.ts';
import type { OwnPage } from './front.ts';
import { type Passage, sendHead, sendProblem } from './http/answer.ts';
import { wholeBody } from './http/body.ts';

export const PURGE_PATH = '/-/cache/purge';
const LARGEST_PURGE_BYTES = 16 * 1024;

/** A page that is the same for everybody. */
export function staticPage(type: string, body: string): OwnPage {
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
  const length = String(Buffer.byteLength(body));
  return (passage) => {
    const { method, headers } = passage.request;
    if (method !== 'GET' && method !== 'HEAD') return sendProblem(passage, otherMethod('GET, HEAD'));
    if (headers['if-none-match'] === etag) {
      sendHead(passage, 304, { etag });
      passage.response.end();
      return;
    }
    sendHead(passage, 200, { 'content-type': type, 'content-length': length, 'cache-control': 'no-cache', etag });
    passage.response.end(method === 'HEAD' ? undefined : body);
  };
}

/** `POST /-/cache/purge` with `{ "tags": […], "prefix": "/…" }`: who changes what others have cached says so here. */
export function purgePage(cache: CacheStore, key: string): OwnPage {
  return (passage) => {
    purge(passage, cache, key).then(
      (body) => {
        sendHead(passage, 200, { 'content-type': 'application/json; charset=utf-8', 'content-length': String(Buffer.byteLength(body)) });
        passage.response.end(body);
      },
      (error) => sendProblem(passage, error),
    );
  };
}

async function purge({ request }: Passage, cache: CacheStore, key: string): Promise<string> {
  if (request.method !== 'POST') throw otherMethod('POST');
  if (!isSame(String(request.headers.authorization ?? ''), `Bearer ${key}`))
    throw new Problem({ status: 401, detail: 'This needs the purge key', headers: { 'www-authenticate': 'Bearer' } });
  const what = purgeOf(await wholeBody(request, LARGEST_PURGE_BYTES));
  return JSON.stringify({ purged: cache.purge(what) });
}

function purgeOf(body: Buffer): Purge {
  const wrong = new Problem({ status: 400, detail: 'The body must be {"tags": ["…"]} or {"prefix": "/…"}' });
  try {
    const { tags, prefix } = JSON.parse(body.toString('utf8')) as { readonly tags?: unknown; readonly prefix?: unknown };
    const soundTags = tags === undefined || (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string'));
    const soundPrefix = prefix === undefined || (typeof prefix === 'string' && prefix.startsWith('/'));
    if (!soundTags || !soundPrefix || (tags === undefined && prefix === undefined)) throw wrong;
    return { ...(tags !== undefined && { tags: tags as string[] }), ...(prefix !== undefined && { prefix: prefix as string }) };
  } catch {
    throw wrong;
  }
}

/** Digests are compared, so that neither content nor length shows in the time. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

function otherMethod(allow: string): Problem {
  return new Problem({ status: 405, detail: `This path answers ${allow}`, headers: { allow } });
}
