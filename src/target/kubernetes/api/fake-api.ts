import type { KubernetesObject } from '../render/object.ts';
import type { Api } from './api.ts';
import { builtIn } from './resource.ts';

/** An API server in memory, for unit tests: it keeps objects and their versions, and knows one time. */
export interface FakeApi extends Api {
  readonly objects: Map<string, KubernetesObject>;
  /** What time it is there, in milliseconds. */
  time: number;
}

export function fakeApi(over: Partial<Api> = {}): FakeApi {
  const objects = new Map<string, KubernetesObject>();
  let writes = 0;
  const key = ({ kind, metadata: { name } }: KubernetesObject) => `${kind} ${name}`;
  const put = (object: KubernetesObject) => {
    writes += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(writes) } };
    objects.set(key(object), stored);
    return stored;
  };
  const api: FakeApi = {
    objects,
    time: Date.parse('2026-01-01T00:00:00Z'),
    namespace: 'shop',
    now: () => new Date(api.time),
    get: async <T>(of: KubernetesObject) => objects.get(key(of)) as T | undefined,
    list: async <T>({ kind }: Pick<KubernetesObject, 'kind'>) => [...objects.values()].filter((object) => object.kind === kind) as T[],
    apply: async <T>(object: KubernetesObject, { dryRun = false } = {}) => ({ object: (dryRun ? object : put(object)) as T }),
    create: async (object: KubernetesObject) => !objects.has(key(object)) && Boolean(put(object)),
    replace: async (object: KubernetesObject) =>
      objects.get(key(object))?.metadata['resourceVersion'] === object.metadata['resourceVersion'] && Boolean(put(object)),
    remove: async (of: KubernetesObject) => objects.delete(key(of)),
    ask: async <T>(review: KubernetesObject) => review as T,
    nameOf: async (kind: Pick<KubernetesObject, 'apiVersion' | 'kind'>) => builtIn(kind) ?? { plural: '', namespaced: true },
    lastLines: async () => [],
    openLog: async () => undefined,
    ...over,
  };
  return api;
}
