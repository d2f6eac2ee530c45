import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type Item, invocation, type Stage } from './stage.ts';

interface Post {
  readonly service: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly requestId?: string;
}

/** Sends JSON to a service of the demo, and shows it as a reader would type it. */
export async function* post(stage: Stage, { service, body, requestId }: Post): AsyncGenerator<Item, { readonly id: string }> {
  const url = `${await urlOf(service, stage)}/${service}`;
  const id = requestId === undefined ? '' : ` -H 'X-Request-ID: ${requestId}'`;
  yield { is: 'command', line: `curl ${url} -H 'Content-Type: application/json'${id} -d '${JSON.stringify(body)}'` };
  const headers = { 'content-type': 'application/json', ...(requestId !== undefined && { 'x-request-id': requestId }) };
  return yield* answered(stage, { url, method: 'POST', headers, body: JSON.stringify(body) });
}

export async function* get(stage: Stage, service: string): AsyncGenerator<Item> {
  const url = `${await urlOf(service, stage)}/${service}`;
  yield { is: 'command', line: `curl ${url}` };
  yield* answered(stage, { url });
}

async function* answered({ runtime }: Stage, request: Parameters<Runtime['http']>[0]): AsyncGenerator<Item, { readonly id: string }> {
  const response = await runtime.http({ ...request, timeoutMs: 10_000 });
  const text = await response.text();
  yield { is: 'output', line: `${response.status} ${text}` };
  if (response.status < 300) return JSON.parse(text) as { readonly id: string };
  throw new SvcError('tool/failed', `${request.url} answered ${response.status}`, { hint: 'Look at the logs: svc logs' });
}

async function urlOf(service: string, { runtime, workspace }: Stage): Promise<string> {
  const { stdout } = await runtime.exec({ ...invocation(runtime, ['list', '--json']), cwd: workspace });
  const { data } = JSON.parse(stdout) as { readonly data: { readonly services: readonly Listed[] } };
  const url = data.services.find(({ name }) => name === service)?.environments['local']?.url;
  if (url) return url;
  throw new SvcError('local/failed', `${service} does not run`, { hint: 'See: svc list' });
}

/** The part of `svc list --json` that the demo reads. */
interface Listed {
  readonly name: string;
  readonly environments: Readonly<Record<string, { readonly url?: string }>>;
}
