import * as v from 'valibot';
import { decode } from '../../../../document/decode.ts';
import { parseOneYaml, parseYaml, type YamlDocument } from '../../../../document/yaml.ts';
import { SvcError } from '../../../../errors.ts';
import type { KubernetesObject } from '../object.ts';
import type { Target } from './selector.ts';

/** The files of `deploy/<environment>/` by their path in it, and how messages name that folder. */
export interface PatchFolder {
  readonly shown: string;
  readonly files: ReadonlyMap<string, string>;
}

/** What a `kustomization.yaml` asks for: objects beside the rendered ones, and changes to any of them, in their order. */
export interface Kustomization {
  readonly objects: readonly KubernetesObject[];
  readonly patches: readonly Patch[];
}

export type Patch = {
  readonly target: Target | undefined;
  /** File and line of a value in the patch. */
  where(path: readonly (string | number)[]): string;
} & (
  | { readonly kind: 'merge'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly kind: 'json'; readonly operations: readonly JsonOperation[] }
);

export type JsonOperation = v.InferOutput<typeof operation>;

export const KUSTOMIZATION = 'kustomization.yaml';
/** The rendered objects under the name that `kubectl kustomize` knows them by. */
export const RENDERED = 'rendered.yaml';

const text = v.string();
const target = v.strictObject({
  group: v.optional(text),
  version: v.optional(text),
  kind: v.optional(text),
  name: v.optional(text),
  labelSelector: v.optional(text),
  annotationSelector: v.optional(text),
});
const patch = v.pipe(
  v.strictObject({ patch: v.optional(text), path: v.optional(text), target: v.optional(target) }),
  v.check(({ patch: inline, path }) => (inline === undefined) !== (path === undefined), 'expected either patch or path'),
);
const kustomization = v.strictObject({
  apiVersion: v.optional(v.literal('kustomize.config.k8s.io/v1beta1')),
  kind: v.optional(v.literal('Kustomization')),
  resources: v.optional(v.array(text)),
  patches: v.optional(v.array(patch)),
});

const pointer = v.pipe(v.string(), v.regex(/^(\/[^/]*)+$/, 'expected a JSON pointer, as /spec/replicas'));
const operation = v.variant('op', [
  v.strictObject({ op: v.picklist(['add', 'replace', 'test']), path: pointer, value: v.unknown() }),
  v.strictObject({ op: v.literal('remove'), path: pointer }),
  v.strictObject({ op: v.picklist(['move', 'copy']), path: pointer, from: pointer }),
]);
const object = v.looseObject({ apiVersion: text, kind: text, metadata: v.looseObject({ name: text }) });

const CODE = 'workspace/invalid' as const;

/**
 * What the folder asks for.
 * @throws SvcError workspace/invalid with file, line and reason: also for every key of kustomize that svc does not know
 */
export function readKustomization(folder: PatchFolder): Kustomization {
  const source = sourceOf(folder, KUSTOMIZATION);
  const document = parseOneYaml(source);
  const { resources = [], patches = [] } = decode(document, kustomization, source);
  const at = (path: readonly (string | number)[]) => ({ document, path, shown: source.file });
  return {
    objects: resources.flatMap((path, index) => (path === RENDERED ? [] : objectsIn(folder, path, at(['resources', index])))),
    patches: patches.flatMap((given, index) => patchesOf(folder, given, at(['patches', index]))),
  };
}

interface Place {
  readonly document: YamlDocument;
  readonly path: readonly (string | number)[];
  readonly shown: string;
}

/** YAML 1.1, as kubectl reads it: there `0444` is an octal number. */
function sourceOf({ shown, files }: PatchFolder, file: string) {
  return { text: files.get(file) ?? '', file: `${shown}/${file}`, code: CODE, version: '1.1' } as const;
}

function objectsIn(folder: PatchFolder, path: string, place: Place): readonly KubernetesObject[] {
  const source = sourceOf(folder, present(folder, path, place));
  return parseYaml(source)
    .filter(({ value }) => value !== null)
    .map((document) => decode(document, object, source) as KubernetesObject);
}

function patchesOf(folder: PatchFolder, given: v.InferOutput<typeof patch>, place: Place): readonly Patch[] {
  const { patch: inline, path = '', target: wanted } = given;
  if (inline === undefined) {
    const source = sourceOf(folder, present(folder, path, place));
    return documentsIn(source, 0).map((document) => patchOf(document, wanted, { file: source.file, above: 0, place }));
  }
  // The lines of a patch within the file count from the line of its key.
  const above = place.document.lineOf([...place.path, 'patch']);
  const source = { ...sourceOf(folder, KUSTOMIZATION), text: inline };
  return documentsIn(source, above).map((document) => patchOf(document, wanted, { file: source.file, above, place }));
}

/** A broken patch within the file is told by the line of the patch. */
function documentsIn(source: Parameters<typeof parseYaml>[0], above: number): readonly YamlDocument[] {
  try {
    return parseYaml(source).filter(({ value }) => value !== null);
  } catch (error) {
    if (above === 0 || !(error instanceof SvcError)) throw error;
    throw new SvcError(CODE, `${source.file}:${above}: the patch is no YAML: ${error.message.replace(/^\S+:\d+: /, '')}`, {
      hint: error.hint,
      cause: error,
    });
  }
}

function patchOf(
  document: YamlDocument,
  wanted: Target | undefined,
  { file, above, place }: { readonly file: string; readonly above: number; readonly place: Place },
): Patch {
  const where = (path: readonly (string | number)[]) => `${file}:${above + document.lineOf(path)}`;
  const shifted = { ...document, lineOf: (path: readonly (string | number)[]) => above + document.lineOf(path) };
  if (Array.isArray(document.value)) {
    const operations = decode(shifted, v.array(operation), { file, code: CODE });
    if (wanted) return { kind: 'json', operations, target: wanted, where };
    throw new SvcError(CODE, `${place.shown}:${place.document.lineOf(place.path)}: a list of operations needs a target`, {
      hint: 'Say which objects it is for: target: { kind: Deployment }',
    });
  }
  const value = decode(shifted, wanted ? v.looseObject({}) : object, { file, code: CODE });
  return { kind: 'merge', value, target: wanted, where };
}

function present(folder: PatchFolder, path: string, { document, path: at, shown }: Place): string {
  if (folder.files.has(path)) return path;
  throw new SvcError(CODE, `${shown}:${document.lineOf(at)}: there is no ${folder.shown}/${path}`, {
    hint: 'svc takes files that lie in this folder; anything from elsewhere belongs into a kustomization of your own',
  });
}
