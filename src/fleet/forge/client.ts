import * as v from 'valibot';
import { SvcError } from '../../errors.ts';
import type { HttpResponse, Runtime } from '../../runtime/runtime.ts';
import type { ForgeAddress } from './forge.ts';

/** One forge's API. */
export interface Api {
  readonly address: ForgeAddress;
  /** Where the API is, without a slash at the end. */
  readonly base: string;
  /** Headers that say who asks; asked anew for each request, for tokens expire. */
  headers(path: string): Promise<Readonly<Record<string, string>>>;
}

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT';
  /** Below the base, with its query. */
  readonly path: string;
  readonly body?: unknown;
}

const PATIENCE_MS = 30_000;
/** What GitHub advises where a secondary limit comes without a time; a limit that is over in a moment is asked again in this. */
const UNKNOWN_WAIT_MS = 60_000;
const MOST_PAGES = 200;

/**
 * Asks a forge and reads its answer.
 * @throws SvcError forge/denied, forge/refused, forge/busy, forge/unavailable
 */
export async function ask<Schema extends v.GenericSchema>(
  api: Api,
  request: Request,
  schema: Schema,
  runtime: Runtime,
): Promise<v.InferOutput<Schema>> {
  const response = await send(api, request, `${api.base}${request.path}`, runtime);
  return decoded(await read(response, { api, request }, runtime), schema, api);
}

/** The same, undefined where there is no such thing (404). */
export async function askMaybe<Schema extends v.GenericSchema>(
  api: Api,
  request: Request,
  schema: Schema,
  runtime: Runtime,
): Promise<v.InferOutput<Schema> | undefined> {
  const response = await send(api, request, `${api.base}${request.path}`, runtime);
  return response.status === 404 ? undefined : decoded(await read(response, { api, request }, runtime), schema, api);
}

/** All pages of a list, by the `Link` header (RFC 8288); undefined where there is no such list (404). */
export async function askAll<Schema extends v.GenericSchema>(
  api: Api,
  path: string,
  schema: Schema,
  runtime: Runtime,
): Promise<readonly v.InferOutput<Schema>[] | undefined> {
  const found: v.InferOutput<Schema>[] = [];
  let url: string | undefined = `${api.base}${path}`;
  for (let page = 0; url !== undefined && page < MOST_PAGES; page += 1) {
    const request = { path: url.slice(api.base.length) };
    const response: HttpResponse = await send(api, request, url, runtime);
    if (response.status === 404) return undefined;
    found.push(...decoded(await read(response, { api, request }, runtime), v.array(schema), api));
    url = nextPage(response.headers['link'], api);
  }
  return found;
}

/** How long a forge asks to wait, where that is why it refused. */
export function waitOf(error: unknown): number | undefined {
  if (!(error instanceof SvcError) || error.code !== 'forge/busy') return undefined;
  const { cause } = error;
  return typeof cause === 'object' && cause !== null && 'waitMs' in cause ? Number(cause.waitMs) : UNKNOWN_WAIT_MS;
}

async function send(api: Api, { method = 'GET', path, body }: Request, url: string, runtime: Runtime): Promise<HttpResponse> {
  const headers = { accept: 'application/json', 'user-agent': 'svckit', ...(await api.headers(path)) };
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const typed = body === undefined ? headers : { ...headers, 'content-type': 'application/json' };
  try {
    return await runtime.http({ url, method, headers: typed, timeoutMs: PATIENCE_MS, ...content });
  } catch (cause) {
    if (runtime.signal.aborted) throw cause;
    throw new SvcError('forge/unavailable', `No answer from ${api.address.url}`, {
      hint: 'Look at the address, the proxy (HTTPS_PROXY) and the certificates (NODE_EXTRA_CA_CERTS)',
      cause,
    });
  }
}

async function read(
  response: HttpResponse,
  { api, request }: { readonly api: Api; readonly request: Request },
  runtime: Runtime,
): Promise<unknown> {
  const text = await response.text();
  if (response.status >= 200 && response.status < 300) return parsed(text);
  const said = messageIn(text);
  const what = `${api.address.url} answered ${response.status} to ${request.method ?? 'GET'} ${request.path.split('?')[0]}${said}`;
  const waitMs = limitWait(response, said, runtime.now());
  if (waitMs !== undefined) {
    throw new SvcError('forge/busy', `${api.address.url} asks to wait ${Math.ceil(waitMs / 1_000)} s: too many requests`, {
      hint: 'svc waits by itself; ask again later with: svc upgrade --all … --status',
      cause: { waitMs },
    });
  }
  if (response.status >= 500) throw new SvcError('forge/unavailable', what, { hint: 'Run the command again: it goes on where it was' });
  if (response.status === 404)
    throw new SvcError('forge/denied', what, { hint: `Look at the name. If it is right: ${tokenHint(api.address)}` });
  if (response.status === 401 || response.status === 403) throw new SvcError('forge/denied', what, { hint: tokenHint(api.address) });
  throw new SvcError('forge/refused', what, { hint: 'Look at the repository: what it asks of branches and pull requests' });
}

const TOKEN_NAMES = { github: 'GITHUB_TOKEN', gitlab: 'GITLAB_TOKEN', gitea: 'GITEA_TOKEN' } as const;

/** Where the token is taken from, and what it has to allow. */
export function tokenHint({ kind }: ForgeAddress): string {
  return `Set ${TOKEN_NAMES[kind]} to a token that may read repositories, push branches and open pull requests`;
}

/** GitHub: 403 or 429 with `retry-after`, or nothing remaining until `x-ratelimit-reset`; GitLab: 429 with `retry-after`. */
function limitWait({ status, headers }: HttpResponse, said: string, now: Date): number | undefined {
  if (status !== 429 && status !== 403 && status !== 503) return undefined;
  const after = Number(headers['retry-after']);
  if (headers['retry-after'] !== undefined && Number.isFinite(after)) return Math.max(0, after * 1_000);
  if (status === 503) return undefined;
  const reset = Number(headers['x-ratelimit-reset'] ?? headers['ratelimit-reset']);
  const isSpent = (headers['x-ratelimit-remaining'] ?? headers['ratelimit-remaining']) === '0';
  if (isSpent && Number.isFinite(reset)) return Math.max(1_000, reset * 1_000 - now.getTime());
  return status === 429 || /secondary rate limit/i.test(said) ? UNKNOWN_WAIT_MS : undefined;
}

/** What the forge says of a refusal: `message` alone is no help where the reasons are in `errors`. */
function messageIn(text: string): string {
  const body = parsed(text);
  if (typeof body !== 'object' || body === null) return '';
  const { message, error, errors } = body as { readonly message?: unknown; readonly error?: unknown; readonly errors?: unknown };
  const reasons = [message, error, errors].filter((each) => each !== undefined && each !== null);
  const words = reasons.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
  return words.length === 0 ? '' : `: ${words.join(' ').slice(0, 300)}`;
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function decoded<Schema extends v.GenericSchema>(value: unknown, schema: Schema, { address }: Api): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const where = issue?.path?.map(({ key }) => String(key)).join('.') ?? '';
  throw new SvcError('forge/refused', `${address.url} gave an answer that svc cannot read: ${where} ${issue?.message ?? ''}`, {
    hint: `Check that this is the address of a ${address.kind} server`,
  });
}

/** The token goes to no other server than the one it is for. */
function nextPage(link: string | undefined, { base }: Api): string | undefined {
  const next = link?.split(',').find((part) => /;\s*rel="?next"?/.test(part));
  const url = next && /<([^>]+)>/.exec(next)?.[1];
  return url?.startsWith(`${base}/`) ? url : undefined;
}
