import { withDerived } from '../derive.ts';
import { checkFiles, type SourceFile } from '../files.ts';
import { compile } from '../render/compile.ts';
import type { Pinned, Template } from '../template.ts';

/**
 * The template that these files make, checked and ready to render.
 * @param origin how messages call it, what a lock records of it
 * @throws SvcError template/invalid, plan/unsafe-path
 */
export function templateMadeOf(
  files: readonly SourceFile[],
  { name, source, pinned }: { readonly name: string; readonly source: string; readonly pinned?: Pinned },
): Template {
  const { manifest, digest, entries, defaults } = checkFiles(files, name);
  return {
    manifest: withDerived(manifest, new Map(defaults.map(({ input, content }) => [input, compile(content)]))),
    digest,
    source,
    ...(pinned && { pinned }),
    entries: entries.map(({ content, ...entry }) =>
      'tree' in content ? { ...entry, content: compile(content), reads: content.reads } : { ...entry, content, reads: [] },
    ),
  };
}
