import { SvcError } from '../../../errors.ts';
import { type KubernetesObject, titleOf } from '../render/object.ts';
import { type LogWanted, openLog } from './log.ts';
import { conflictsIn, type FieldConflict, refusal } from './refusal.ts';
import { builtIn, groupPath, pathOf, type ResourceName } from './resource.ts';
import { type Answer, type ApiWorld, isTakenField, type Send, sender } from './send.ts';

/** Who writes the fields that svckit owns: https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
export const FIELD_MANAGER = 'svckit';

export type Applied<T> = { readonly object: T } | { readonly conflicts: readonly FieldConflict[] };

/** The requests that a deploy makes. All but `create` are repeated until the server has carried them out or refuses. */
export interface Api {
  readonly namespace: string;
  /** What time it is for the cluster: this machine's clock may be wrong, and moments are compared with those that the cluster wrote. */
  now(): Date;
  get<T>(of: KubernetesObject): Promise<T | undefined>;
  list<T>(kind: Pick<KubernetesObject, 'apiVersion' | 'kind'>, labels?: Readonly<Record<string, string>>): Promise<readonly T[]>;
  /** Server-side apply. Nothing is written on a conflict, nor with `dryRun`, which resolves with what would be there; `force` takes fields over. */
  apply<T>(object: KubernetesObject, options?: { readonly dryRun?: boolean; readonly force?: boolean }): Promise<Applied<T>>;
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
  /** A container's log as it is written, each line with its time; undefined where it has none. Asked once: a reader knows where to go on. */
  openLog(wanted: LogWanted): Promise<AsyncIterable<string> | undefined>;
}

const APPLY = 'application/apply-patch+yaml';

/** @throws SvcError cluster/unreachable, cluster/unauthorized, cluster/forbidden, cluster/refused: from every method */
export function apiOf(world: ApiWorld): Api {
  const { namespace } = world;
  const { send, now } = sender(world);
  const names = new Map<string, Promise<ResourceName>>();
  const named = (kind: Pick<KubernetesObject, 'apiVersion' | 'kind'>) => {
    const key = `${kind.apiVersion}/${kind.kind}`;
    const known = names.get(key) ?? resourceName(kind, send);
    names.set(key, known);
    return known;
  };
  const pathTo = async (object: KubernetesObject, name: string | undefined = object.metadata.name) =>
    pathOf(object.apiVersion, await named(object), { namespace: object.metadata.namespace ?? namespace, ...(name !== '' && { name }) });
  return {
    namespace,
    now,
    async get<T>(of: KubernetesObject) {
      const response = await send({ method: 'GET', path: await pathTo(of), about: titleOf(of) });
      return response.status === 404 ? undefined : parsed<T>(response, titleOf(of));
    },
    async list<T>(kind: Pick<KubernetesObject, 'apiVersion' | 'kind'>, labels = {}) {
      const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
      const query = selector.length > 0 ? `?labelSelector=${encodeURIComponent(selector.join(','))}` : '';
      const path = pathOf(kind.apiVersion, await named(kind), { namespace });
      const response = await send({ method: 'GET', path: path + query, about: `the list of ${kind.kind}` });
      return parsed<{ readonly items: readonly T[] }>(response, `the list of ${kind.kind}`).items;
    },
    async apply<T>(object: KubernetesObject, { dryRun = false, force = false } = {}) {
      const query = `fieldManager=${FIELD_MANAGER}${dryRun ? '&dryRun=All' : ''}${force ? '&force=true' : ''}`;
      const path = `${await pathTo(object)}?${query}`;
      const response = await send({ method: 'PATCH', path, body: object, contentType: APPLY, about: titleOf(object) });
      if (isTakenField(response)) return { conflicts: conflictsIn(response.text) };
      return { object: parsed<T>(response, titleOf(object)) };
    },
    async create(object) {
      const response = await send({ method: 'POST', path: await pathTo(object, ''), body: object, about: titleOf(object) });
      return response.status !== 409 && Boolean(parsed(response, titleOf(object)));
    },
    async replace(object) {
      const response = await send({ method: 'PUT', path: await pathTo(object), body: object, about: titleOf(object) });
      return response.status !== 409 && Boolean(parsed(response, titleOf(object)));
    },
    async remove(of, { uid } = {}) {
      const body = { propagationPolicy: 'Background', ...(uid !== undefined && { preconditions: { uid } }) };
      const response = await send({ method: 'DELETE', path: await pathTo(of), body, about: titleOf(of) });
      const isAnother = response.status === 409 && uid !== undefined;
      return response.status !== 404 && !isAnother && Boolean(parsed(response, titleOf(of)));
    },
    async ask<T>(review: KubernetesObject) {
      const path = pathOf(review.apiVersion, await named(review), {});
      return parsed<T>(await send({ method: 'POST', path, body: review, about: review.kind, repeatable: true }), review.kind);
    },
    nameOf: named,
    openLog: (wanted) => openLog(world, wanted),
    async lastLines(pod, { container, lines, previous }) {
      const query = `container=${encodeURIComponent(container)}&tailLines=${lines}&limitBytes=65536${previous ? '&previous=true' : ''}`;
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query}`;
      const response = await send({ method: 'GET', path, about: `the log of ${pod}` });
      // A container that never started has none; of one that is gone, or whose file is, the kubelet answers with a sentence of its own.
      const text = response.status === 200 ? response.text : '';
      return /^(unable to retrieve container logs|failed to try resolving symlinks)/.test(text) ? [] : text.split('\n').filter(Boolean);
    },
  };
}

function parsed<T>({ status, text }: Pick<Answer, 'status' | 'text'>, about: string): T {
  if (status < 300) return JSON.parse(text) as T;
  throw refusal({ status, text }, about);
}

async function resourceName({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>, send: Send): Promise<ResourceName> {
  const known = builtIn({ apiVersion, kind });
  if (known) return known;
  const about = `the kinds of ${apiVersion}`;
  const response = await send({ method: 'GET', path: groupPath(apiVersion), about });
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
