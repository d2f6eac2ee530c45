import { withDerived } from './derive.ts';
import type { Manifest } from './manifest/manifest.ts';
import { type CompiledSpec, rendererOf } from './render/engine.ts';
import type { Area, Entry, Template } from './template.ts';

/** What the module of a bundled template exports. */
export interface PrecompiledTemplate {
  readonly manifest: Manifest;
  readonly digest: string;
  readonly entries: readonly PrecompiledEntry[];
  /** How the computed defaults of inputs are made. */
  readonly defaults: readonly { readonly input: string; readonly code: CompiledSpec }[];
}

/** Exactly one of `text`, `base64` and `code` is there. */
export interface PrecompiledEntry {
  readonly area: Area;
  readonly path: string;
  readonly executable: boolean;
  readonly text?: string;
  readonly base64?: string;
  readonly code?: CompiledSpec;
  readonly reads?: readonly string[];
}

/** The template in such a module, ready to render. */
export function templateFrom({ manifest, digest, entries, defaults }: PrecompiledTemplate): Template {
  const renderers = new Map(defaults.map(({ input, code }) => [input, rendererOf(code)]));
  return { manifest: withDerived(manifest, renderers), digest, source: 'bundled', entries: entries.map(entryFrom) };
}

function entryFrom({ area, path, executable, text, base64, code, reads = [] }: PrecompiledEntry): Entry {
  const content = code === undefined ? (text ?? Buffer.from(base64 ?? '', 'base64')) : rendererOf(code);
  return { area, path, executable, content, reads };
}
