import { SvcError } from '../../../errors.ts';
import type { Cluster, ClusterRequest } from '../../../runtime/runtime.ts';
import type { KubernetesObject } from '../render/object.ts';
import { builtIn, groupPath, pathOf, type ResourceName } from './resource.ts';
import { pauseBefore } from './retry.ts';

/** Who writes the fields that svckit owns: https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
export const FIELD_MANAGER = 'svckit';

/** A field that somebody else owns and that would have been changed. */
export interface FieldConflict {
  /** `.spec.replicas` */
  readonly field: string;
  readonly manager: string;
}

export type Applied<T> = { readonly object: T } | { readonly conflicts: readonly FieldConflict[] };

/** The requests that a deploy makes. All but `create` are repeated until the server has carried them out or refuses. */
export interface Api {
  readonly namespace: string;
  get<T>(of: KubernetesObject): Promise<T | undefined>;
  list<T>(kind: Pick<KubernetesObject, 'apiVersion' | 'kind'>, labels?: Readonly<Record<string, string>>): Promise<readonly T[]>;
  /** Server-side apply. Nothing is written on a conflict, nor with `dryRun`, which resolves with what would be there. */
  apply<T>(object: KubernetesObject, options?: { readonly dryRun?: boolean }): Promise<Applied<T>>;
  /** False where it is there already: sent once, since a second one could not tell whether the first was its own. */
  create(object: KubernetesObject): Promise<boolean>;
  /** False where it changed since it was read: the object carries its resourceVersion. */
  replace(object: KubernetesObject): Promise<boolean>;
  /** False where it was gone, or is another one of that name by now. */
  remove(of: KubernetesObject, options?: { readonly uid?: string }): Promise<boolean>;
  /** A question in the form of an object, which is answered and not kept. */
  ask<T>(review: KubernetesObject): Promise<T>;
  /** What the API server calls a kind. */
  nameOf(kind: Pick<KubernetesObject, 'apiVersion' | 'kind'>): Promise<ResourceName>;
  /** The last lines that a container wrote; of the one before its last restart with `previous`. */
  lastLines(
    pod: string,
    options: { readonly container: string; readonly lines: number; readonly previous: boolean },
  ): Promise<readonly string[]>;
}

export interface ApiWorld {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly signal: AbortSignal;
  /** 0 to 1. */
  readonly chance: () => number;
  pause(milliseconds: number): Promise<void>;
}

const ANSWER_MS = 15_000;
const APPLY = 'application/apply-patch+yaml';

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly contentType?: string;
  /** What the call is about, as an error says it. */
  readonly about: string;
}

/** @throws SvcError cluster/unreachable, cluster/forbidden, cluster/refused: from every method */
export function apiOf(world: ApiWorld): Api {
  const { namespace } = world;
  const names = new Map<string, Promise<ResourceName>>();
  const named = (kind: Pick<KubernetesObject, 'apiVersion' | 'kind'>) => {
    const key = `${kind.apiVersion}/${kind.kind}`;
    const known = names.get(key) ?? resourceName(kind, world);
    names.set(key, known);
    return known;
  };
  const pathTo = async (object: KubernetesObject, name: string | undefined = object.metadata.name) =>
    pathOf(object.apiVersion, await named(object), { namespace: object.metadata.namespace ?? namespace, ...(name !== '' && { name }) });
  return {
    namespace,
    async get<T>(of: KubernetesObject) {
      const response = await send({ method: 'GET', path: await pathTo(of), about: titleOf(of) }, world);
      return response.status === 404 ? undefined : parsed<T>(response, titleOf(of));
    },
    async list<T>(kind: Pick<KubernetesObject, 'apiVersion' | 'kind'>, labels = {}) {
      const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
      const query = selector.length > 0 ? `?labelSelector=${encodeURIComponent(selector.join(','))}` : '';
      const path = pathOf(kind.apiVersion, await named(kind), { namespace });
      const response = await send({ method: 'GET', path: path + query, about: `the list of ${kind.kind}` }, world);
      return parsed<{ readonly items: readonly T[] }>(response, `the list of ${kind.kind}`).items;
    },
    async apply<T>(object: KubernetesObject, { dryRun = false } = {}) {
      const path = `${await pathTo(object)}?fieldManager=${FIELD_MANAGER}${dryRun ? '&dryRun=All' : ''}`;
      const response = await send({ method: 'PATCH', path, body: object, contentType: APPLY, about: titleOf(object) }, world);
      if (response.status === 409) return { conflicts: conflictsIn(response.text) };
      return { object: parsed<T>(response, titleOf(object)) };
    },
    async create(object) {
      const response = await send({ method: 'POST', path: await pathTo(object, ''), body: object, about: titleOf(object) }, world);
      return response.status !== 409 && Boolean(parsed(response, titleOf(object)));
    },
    async replace(object) {
      const response = await send({ method: 'PUT', path: await pathTo(object), body: object, about: titleOf(object) }, world);
      return response.status !== 409 && Boolean(parsed(response, titleOf(object)));
    },
    async remove(of, { uid } = {}) {
      const body = { propagationPolicy: 'Background', ...(uid !== undefined && { preconditions: { uid } }) };
      const response = await send({ method: 'DELETE', path: await pathTo(of), body, about: titleOf(of) }, world);
      return response.status !== 404 && response.status !== 409 && Boolean(parsed(response, titleOf(of)));
    },
    async ask<T>(review: KubernetesObject) {
      const path = pathOf(review.apiVersion, await named(review), {});
      return parsed<T>(await send({ method: 'POST', path, body: review, about: review.kind }, world), review.kind);
    },
    nameOf: named,
    async lastLines(pod, { container, lines, previous }) {
      const query = `container=${encodeURIComponent(container)}&tailLines=${lines}&limitBytes=65536${previous ? '&previous=true' : ''}`;
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query}`;
      const response = await send({ method: 'GET', path, about: `the log of ${pod}` }, world);
      // A container that never started has none; of one that is gone the kubelet answers with a sentence of its own.
      const text = response.status === 200 ? response.text : '';
      return /^unable to retrieve container logs/.test(text) ? [] : text.split('\n').filter(Boolean);
    },
  };
}

/** Sends a request again and again, as `retry.ts` says; the last answer or failure counts. */
async function send(
  { method, path, body, contentType = 'application/json' }: Call,
  { cluster, pause, chance, signal }: ApiWorld,
): Promise<Answer> {
  const call = { method, path, timeoutMs: ANSWER_MS, ...(body && { body: JSON.stringify(body), contentType }) };
  for (let number = 1; ; number += 1) {
    signal.throwIfAborted();
    const outcome = await answerTo(call, cluster).catch((error: unknown) => error as Error);
    const wait = pauseBefore(attemptOf(outcome), { number, method, chance: chance() });
    if (wait !== undefined) await pause(wait);
    else if (outcome instanceof Error) throw outcome;
    else return outcome;
  }
}

interface Answer {
  readonly status: number;
  readonly retryAfterSeconds: number;
  readonly text: string;
}

/** The whole of it, so that a connection that breaks in the middle counts as no answer, and none is held open by what nobody reads. */
async function answerTo(call: ClusterRequest, cluster: Cluster): Promise<Answer> {
  const response = await cluster.request(call);
  return { status: response.status, retryAfterSeconds: Number(response.headers['retry-after']), text: await response.text() };
}

function attemptOf(outcome: Answer | Error): Parameters<typeof pauseBefore>[0] {
  if (outcome instanceof Error) {
    // What no attempt can mend, such as a kubeconfig without access, is not tried again.
    return outcome instanceof SvcError && outcome.code === 'cluster/unreachable' ? { status: undefined } : { status: 400 };
  }
  const { status, retryAfterSeconds } = outcome;
  return Number.isFinite(retryAfterSeconds) ? { status, retryAfterSeconds } : { status };
}

interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[] };
}

function parsed<T>({ status, text }: Answer, about: string): T {
  if (status < 300) return JSON.parse(text) as T;
  throw refusal(status, statusIn(text), about);
}

function refusal(status: number, { message = `status ${status}` }: Status, about: string): SvcError {
  if (status === 401) {
    return new SvcError('cluster/forbidden', `The cluster does not know who asks: ${message}`, {
      hint: 'Log in again, then run the command again',
    });
  }
  if (status === 403) {
    return new SvcError('cluster/forbidden', `No right to ${about}: ${message}`, { hint: 'Ask for this right, or use another context' });
  }
  return new SvcError('cluster/refused', `The cluster refuses ${about}: ${message}`, { hint: 'See what it would take: svc render' });
}

function statusIn(text: string): Status {
  try {
    return JSON.parse(text) as Status;
  } catch {
    return { message: text.slice(0, 200) };
  }
}

function conflictsIn(text: string): readonly FieldConflict[] {
  const causes = statusIn(text).details?.causes ?? [];
  return causes
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ field = '', message = '' }) => ({ field, manager: /conflict with "([^"]*)"/.exec(message)?.[1] ?? message }));
}

async function resourceName({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>, world: ApiWorld): Promise<ResourceName> {
  const known = builtIn({ apiVersion, kind });
  if (known) return known;
  const about = `the kinds of ${apiVersion}`;
  const response = await send({ method: 'GET', path: groupPath(apiVersion), about }, world);
  const resources = response.status === 404 ? [] : parsed<Discovery>(response, about).resources;
  const found = resources.find((resource) => resource.kind === kind && !resource.name.includes('/'));
  if (found) return { plural: found.name, namespaced: found.namespaced };
  throw new SvcError('cluster/refused', `This cluster has no ${kind} of ${apiVersion}`, {
    hint: 'Install what brings it, or leave it out: svc.yaml says what an environment has',
  });
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#discovery-api */
interface Discovery {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

function titleOf({ kind, metadata: { name } }: KubernetesObject): string {
  return `${kind} ${name}`;
}
