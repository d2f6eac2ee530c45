/** What a patch asks for and kustomize does not do, or would do without a word. `path` is where in the patch. */
export class PatchProblem extends Error {
  override readonly name = 'PatchProblem';
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], message: string) {
    super(message);
    this.path = path;
  }
}

type Tree = Readonly<Record<string, unknown>>;

/** The groups of Kubernetes itself, whose lists have merge keys; lists of all other kinds are replaced as a whole. */
const BUILT_IN =
  /^((apps|batch|autoscaling|policy|(admissionregistration|certificates|coordination|discovery|networking|node|rbac\.authorization|scheduling|storage)\.k8s\.io)\/)?v\w+$/;

/**
 * By which keys the elements of a list are told apart (`x-kubernetes-patch-merge-key` of Kubernetes' OpenAPI document); an empty list
 * of keys is a set of texts. Lists that are not named are replaced.
 */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  env: ['name'],
  ephemeralContainers: ['name'],
  finalizers: [],
  hostAliases: ['ip'],
  imagePullSecrets: ['name'],
  initContainers: ['name'],
  ownerReferences: ['uid'],
  resourceClaims: ['name'],
  secrets: ['name'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  volumeDevices: ['devicePath'],
  volumeMounts: ['mountPath'],
  volumes: ['name'],
};

interface Place {
  readonly path: readonly (string | number)[];
  keysOf(path: readonly (string | number)[]): readonly string[] | undefined;
}

const DELETED = Symbol('deleted');

/**
 * An object with a strategic merge patch applied, as `kubectl kustomize` applies it; undefined where the patch deletes it.
 * @throws PatchProblem for a directive that is not supported, and for an element of a list that cannot be told apart
 */
export function strategicMerge(object: Tree, patch: Tree): Tree | undefined {
  const known = BUILT_IN.test(String(object['apiVersion']));
  const keysOf = (path: readonly (string | number)[]) => (known ? mergeKeys(path, object['kind']) : undefined);
  const merged = mergedTree(object, patch, { path: [], keysOf });
  return merged === DELETED ? undefined : (merged as Tree);
}

function mergeKeys(path: readonly (string | number)[], kind: unknown): readonly string[] | undefined {
  const field = path.at(-1);
  if (field === 'ports') {
    if (kind === 'Service') return ['port', 'protocol'];
    return path.some((each) => each === 'containers' || each === 'initContainers') ? ['containerPort', 'protocol'] : undefined;
  }
  return typeof field === 'string' && Object.hasOwn(MERGE_KEYS, field) ? MERGE_KEYS[field] : undefined;
}

function mergedTree(base: unknown, patch: Tree, place: Place): unknown {
  const { directive, rest } = directiveOf(patch, place);
  if (directive === 'delete') return DELETED;
  if (directive === 'replace' || !isTree(base)) return withoutNulls(rest, place);
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(rest)) {
    const result = mergedValue(merged.get(key), value, { ...place, path: [...place.path, key] });
    if (result === DELETED) merged.delete(key);
    else merged.set(key, result);
  }
  return Object.fromEntries(merged);
}

function mergedValue(base: unknown, patch: unknown, place: Place): unknown {
  if (patch === null) return DELETED;
  if (isTree(patch)) return mergedTree(base, patch, place);
  if (!Array.isArray(patch)) return patch;
  const keys = place.keysOf(place.path);
  return keys ? mergedList(Array.isArray(base) ? base : [], patch, { ...place, keys }) : patch.map((each) => withoutNulls(each, place));
}

/** What the patch brings comes first, as kustomize puts it; an element with several keys stays where it was. */
function mergedList(base: readonly unknown[], patch: readonly unknown[], place: Place & { readonly keys: readonly string[] }): unknown {
  if (place.keys.length === 0) return [...new Set([...patch, ...base])];
  if (patch.some((each) => isTree(each) && each['$patch'] === 'replace' && Object.keys(each).length === 1)) {
    const others = patch.filter((each) => !(isTree(each) && each['$patch'] === 'replace'));
    return others.map((each) => withoutNulls(each, place));
  }
  const left = new Map(base.map((each, index) => [identity(each, place, index), each]));
  const results = new Map<string, unknown>();
  for (const [index, each] of patch.entries()) {
    const key = identity(each, place, index);
    const at = { ...place, path: [...place.path, index] };
    results.set(key, mergedTree(left.get(key), each as Tree, at));
  }
  const staying = place.keys.length > 1 ? [...left].map(([key, each]) => (results.has(key) ? results.get(key) : each)) : undefined;
  const brought = [...results].filter(([key]) => !staying || !left.has(key)).map(([, each]) => each);
  const untouched = staying ?? [...left].filter(([key]) => !results.has(key)).map(([, each]) => each);
  return [...brought, ...untouched].filter((each) => each !== DELETED);
}

function identity(element: unknown, { keys, path }: Place & { readonly keys: readonly string[] }, index: number): string {
  const values = isTree(element) ? keys.map((key) => element[key]) : [];
  if (values.length === keys.length && values.every((value) => value !== undefined)) return JSON.stringify(values.map(String));
  throw new PatchProblem(
    [...path, index],
    `an element of ${path.at(-1)} is told apart by ${keys.join(' and ')}: name ${keys.length > 1 ? 'both' : 'it'}`,
  );
}

function directiveOf(patch: Tree, { path }: Place): { readonly directive: unknown; readonly rest: Tree } {
  const { $patch: directive, ...rest } = patch;
  const unknown = Object.keys(rest).find((key) => key.startsWith('$'));
  if (unknown !== undefined) throw new PatchProblem([...path, unknown], `${unknown} is not supported`);
  if (directive === undefined || directive === 'delete' || directive === 'replace' || directive === 'merge') return { directive, rest };
  throw new PatchProblem([...path, '$patch'], 'expected $patch: delete, replace or merge');
}

/** Null takes a key away, also where nothing was there. */
function withoutNulls(value: unknown, place: Place): unknown {
  if (Array.isArray(value)) return value.map((each, index) => withoutNulls(each, { ...place, path: [...place.path, index] }));
  if (!isTree(value)) return value;
  const { rest } = directiveOf(value, place);
  const kept = Object.entries(rest).filter(([, each]) => each !== null);
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutNulls(each, { ...place, path: [...place.path, key] })]));
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
