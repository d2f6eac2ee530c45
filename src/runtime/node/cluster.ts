import { type IncomingMessage, Agent as PlainAgent, request as plainRequest, type RequestOptions } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { SvcError } from '../../errors.ts';
import type { Cluster, ClusterRequest, HttpResponse } from '../runtime.ts';
import { linesOf } from './lines.ts';

/** More would only wait inside of the API server. */
const CONNECTIONS = 32;

/**
 * The cluster of a context of the user's kubeconfig ($KUBECONFIG, ~/.kube/config, or the pod's own account).
 * @throws SvcError cluster/not-configured
 */
export function connectCluster(context: string | undefined, stop: AbortSignal): Cluster {
  const config = load();
  const name = chosen(config, context);
  let access = accessTo(name, config);
  const { server } = access;
  const attempt = async (call: ClusterRequest) => send(new URL(call.path, server), call, { options: await authorised(access, call), stop });
  return {
    context: name,
    server,
    namespace: config.getContextObject(name)?.namespace,
    async request(call) {
      const used = access;
      const response = await attempt(call);
      if (response.status !== 401) return response;
      await response.bytes();
      // A login that ran out may have been renewed meanwhile: by the user, or by the program that the kubeconfig names.
      if (access === used) access = accessTo(name, load());
      return attempt(call);
    },
  };
}

/** A way into a cluster, as the kubeconfig described it at one moment. */
interface Access {
  readonly config: KubeConfig;
  readonly server: string;
  readonly agents: { kept?: RequestOptions['agent']; goingOn?: RequestOptions['agent'] };
}

function accessTo(context: string, config: KubeConfig): Access {
  config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw notConfigured(`The context ${context} names a cluster that the kubeconfig does not describe`);
  return { config, server: cluster.server, agents: {} };
}

function load(): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
    return config;
  } catch (cause) {
    // The official reader takes the shape of the file for granted.
    const why = cause instanceof TypeError ? 'it is empty, or something else' : (cause as Error).message;
    throw notConfigured(`The kubeconfig cannot be read: ${why}`, cause);
  }
}

function chosen(config: KubeConfig, context: string | undefined): string {
  const names = config.getContexts().map(({ name }) => name);
  const name = context ?? config.getCurrentContext();
  if (names.includes(name)) return name;
  const known = names.length > 0 ? `It has: ${names.join(', ')}` : 'It has none';
  throw notConfigured(name ? `The kubeconfig has no context ${name}. ${known}` : `The kubeconfig has no current context. ${known}`);
}

function notConfigured(message: string, cause?: unknown): SvcError {
  return new SvcError('cluster/not-configured', message, {
    hint: 'See what is there: kubectl config get-contexts. Another file is named by KUBECONFIG',
    cause,
  });
}

/** Tokens run out and are made anew, so rights are asked for each request; connections are kept. */
async function authorised({ config, agents }: Access, { goesOn }: Pick<ClusterRequest, 'goesOn'>): Promise<RequestOptions> {
  const options: RequestOptions & { agent?: RequestOptions['agent'] } = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (cause) {
    throw notConfigured(`The kubeconfig gives no access: ${(cause as Error).message}`, cause);
  }
  const kind = goesOn ? 'goingOn' : 'kept';
  agents[kind] ??= keeping(options.agent, goesOn ? Number.POSITIVE_INFINITY : CONNECTIONS);
  return { ...options, agent: agents[kind] };
}

/** An agent of a proxy has ways of its own. */
function keeping(agent: RequestOptions['agent'], maxSockets: number): RequestOptions['agent'] {
  const settings = { keepAlive: true, maxSockets };
  if (agent instanceof SecureAgent && agent.constructor === SecureAgent) return new SecureAgent({ ...agent.options, ...settings });
  if (agent instanceof PlainAgent && agent.constructor === PlainAgent) return new PlainAgent(settings);
  return agent;
}

interface Way {
  readonly options: RequestOptions;
  readonly stop: AbortSignal;
}

function send(
  url: URL,
  { method = 'GET', body, contentType, timeoutMs, signal, afterStop = false }: ClusterRequest,
  { options, stop }: Way,
): Promise<HttpResponse> {
  const signals = [afterStop ? undefined : stop, signal, timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)].filter(
    (each) => each !== undefined,
  );
  const headers = {
    ...options.headers,
    accept: 'application/json',
    ...(contentType !== undefined && { 'content-type': contentType }),
    // Node.js itself says no length for a DELETE: its body would be taken for the next request.
    ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? secureRequest : plainRequest)(url, {
      ...options,
      method,
      headers,
      signal: AbortSignal.any(signals),
    });
    request.on('response', (response) => resolve(answer(response, url)));
    request.on('error', (cause) => reject(unreachable(url, cause)));
    request.end(body);
  });
}

function answer(response: IncomingMessage, url: URL): HttpResponse {
  const bytes = async () => {
    try {
      return Buffer.concat(await response.toArray());
    } catch (cause) {
      throw unreachable(url, cause);
    }
  };
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
    bytes,
    text: async () => (await bytes()).toString('utf8'),
    lines: () => lines(response, url),
  };
}

async function* lines(response: IncomingMessage, url: URL): AsyncGenerator<string> {
  try {
    yield* linesOf(response);
  } catch (cause) {
    throw unreachable(url, cause);
  } finally {
    response.destroy();
  }
}

function unreachable(url: URL, cause: unknown): SvcError {
  const { code, message } = cause as { readonly code?: string; readonly message?: string };
  return new SvcError('cluster/unreachable', `No answer from ${url.origin}: ${code ?? message ?? 'the connection ended'}`, {
    hint: 'Is the cluster reachable from here? kubectl version',
    cause,
  });
}
