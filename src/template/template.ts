import { type Answers, applies } from './input.ts';
import type { IncludeRule, Manifest, Ownership } from './manifest/manifest.ts';
import { matches } from './path-pattern.ts';
import type { Renderer } from './render/engine.ts';
import { type BuiltIns, type Values, valuesOf } from './render/values.ts';

/** A template that was read and found right, wherever it came from. */
export interface Template {
  readonly manifest: Manifest;
  /** `sha256:…` over its files. */
  readonly digest: string;
  /** As a lock records it: `bundled`, a folder's path, a git URL with its ref, an npm package. */
  readonly source: string;
  /** What a movable name meant when it was read. */
  readonly pinned?: Pinned;
  readonly entries: readonly Entry[];
}

/** The commit of a git source; version and SHA-512 (as npm writes it) of an npm package. */
export type Pinned = { readonly commit: string } | { readonly package: string; readonly integrity: string };

/** Where a file goes: into the service's folder, or to the root of the repository that it lives in. */
export type Area = 'service' | 'repository';

/** One file of a template; its path is without the `.hbs` of files that are rendered. */
export interface Entry {
  readonly area: Area;
  readonly path: string;
  readonly executable: boolean;
  /** The content of a file that is copied, or how it is rendered. */
  readonly content: Uint8Array | string | Renderer;
  /** The values that it is rendered from. */
  readonly reads: readonly string[];
}

export interface RenderedFile {
  readonly area: Area;
  readonly path: string;
  readonly executable: boolean;
  readonly content: Uint8Array | string;
  readonly ownership: Ownership;
}

/** The files of a template for these answers. Paths are as the answers make them: a plan checks them before they are written. */
export function renderTemplate({ manifest, entries }: Template, answers: Answers, builtIns: BuiltIns): readonly RenderedFile[] {
  const values = valuesOf(manifest.inputs, answers, builtIns);
  return entries
    .filter(({ path }) => isIncluded(path, manifest, answers))
    .map(({ area, path, executable, content }) => ({
      area,
      path: renderPath(path, values),
      executable,
      content: typeof content === 'function' ? content(values) : content,
      ownership: ownershipOf(path, manifest),
    }));
}

/** Whether any file of the template depends on the chassis: its package is then delivered with the service. */
export function usesChassis({ entries }: Template): boolean {
  return entries.some(({ reads }) => reads.includes('svc.chassisSpec'));
}

/** A path is left out where one of the rules that name it does not hold. An input that was not asked counts as empty. */
function isIncluded(path: string, manifest: Manifest, answers: Answers): boolean {
  const { inputs } = manifest;
  const asked = (name: string) => inputs.some((input) => input.name === name && applies(input, answers));
  const holds = (when: Readonly<Record<string, readonly string[]>>) =>
    Object.entries(when).every(([name, allowed]) => allowed.includes(asked(name) ? String(answers[name] ?? '') : ''));
  return includeRulesOf(path, manifest).every(({ when }) => holds(when));
}

/** The rules that name a path; it is there where each of them holds. */
export function includeRulesOf(path: string, { include }: Manifest): readonly IncludeRule[] {
  return include.filter(({ paths }) => paths.some((pattern) => matches(pattern, path)));
}

/** The last rule that names the path counts, as in `.gitignore`. */
export function ownershipOf(path: string, { ownership }: Manifest): Ownership {
  return ownership.findLast(({ paths }) => paths.some((pattern) => matches(pattern, path)))?.mode ?? 'merged';
}

/** `__name__` is the value of the input `name`; what names no input (`__init__.py`) stays as it is. */
export function renderPath(path: string, values: Values): string {
  return path.replace(/__([a-zA-Z]\w*?)__/g, (written, name: string) => {
    const value = values[name];
    return typeof value === 'string' ? value : written;
  });
}
