import { SvcError } from '../errors.ts';
import { type Item, invocation, type Stage } from './stage.ts';

/** A request to a service of the demo. */
export interface Call {
  readonly service: string;
  readonly path: string;
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent, and shown as `$TOKEN`. */
  readonly token?: string;
}

/** What a service answered with. */
export type Answer = Readonly<Record<string, unknown>>;

export type Caller = (call: Call) => AsyncGenerator<Item, Answer>;

const LONGEST_TOKEN_SHOWN = 16;

/** Calls the services of the demo where they are now, and shows each call as a reader would type it. */
export async function callerOf(stage: Stage): Promise<Caller> {
  const urls = await urlsOf(stage);
  return (call) => {
    const base = urls.get(call.service);
    if (base === undefined) throw new SvcError('local/failed', `${call.service} does not run`, { hint: 'See: svc list' });
    return answered(call, `${base}${call.path}`, stage);
  };
}

async function* answered(call: Call, url: string, { runtime }: Stage): AsyncGenerator<Item, Answer> {
  const { method = 'GET', body, headers = {}, token } = call;
  yield { is: 'command', line: asTyped(call, url) };
  const response = await runtime.http({
    url,
    method,
    headers: {
      ...headers,
      ...(body && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
    timeoutMs: 20_000,
  });
  const text = await response.text();
  yield { is: 'output', line: `${response.status} ${withoutToken(text)}` };
  if (response.status < 300) return JSON.parse(text) as Answer;
  throw new SvcError('tool/failed', `${url} answered ${response.status}`, { hint: 'Look at the logs: svc logs' });
}

function asTyped({ method = 'GET', body, headers = {}, token }: Call, url: string): string {
  return [
    'curl',
    ...(method === 'PUT' ? ['-X PUT'] : []),
    url,
    ...(token === undefined ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`),
    ...(body ? [`-H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`] : []),
  ].join(' ');
}

function withoutToken(text: string): string {
  return text.replace(/("accessToken":")([^"]*)/, (_, key: string, token: string) => `${key}${token.slice(0, LONGEST_TOKEN_SHOWN)}…`);
}

async function urlsOf({ runtime, workspace }: Stage): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await runtime.exec({ ...invocation(runtime, ['list', '--json']), cwd: workspace });
  const { data } = JSON.parse(stdout) as { readonly data: { readonly services: readonly Listed[] } };
  return new Map(data.services.flatMap(({ name, environments: { local } }) => (local?.url ? [[name, local.url] as const] : [])));
}

/** The part of `svc list --json` that the demo reads. */
interface Listed {
  readonly name: string;
  readonly environments: Readonly<Record<string, { readonly url?: string }>>;
}
