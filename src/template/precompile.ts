import { checkFiles, type SourceFile } from './files.ts';
import type { PrecompiledEntry } from './precompiled.ts';
import { codeOf } from './render/compile.ts';

/**
 * The text of a JavaScript module that holds a whole template, checked and compiled: run when svckit is built, so that neither YAML
 * nor the compiler of Handlebars is loaded when a bundled template is used.
 * @param files all files of the template's folder
 * @returns a module that exports `template`, a `PrecompiledTemplate`
 * @throws SvcError template/invalid
 */
export function precompile(files: readonly SourceFile[], name: string): string {
  const { manifest, digest, entries, defaults } = checkFiles(files, name);
  const written = entries.map(({ area, path, executable, content }) => {
    const entry: PrecompiledEntry = { area, path, executable };
    if (!('tree' in content)) return literal({ ...entry, ...copied(content) });
    return `{ ...${literal({ ...entry, reads: content.reads })}, code: ${codeOf(content)} }`;
  });
  const computed = defaults.map(({ input, content }) => `{ input: ${literal(input)}, code: ${codeOf(content)} }`);
  return `export const template = { manifest: ${literal(manifest)}, digest: ${literal(digest)}, defaults: [${computed.join(', ')}], entries: [\n${written.join(',\n')}\n] };\n`;
}

/** Bytes that are UTF-8 are kept as text: they stay readable, and need a third less room. */
function copied(content: Uint8Array): { readonly text: string } | { readonly base64: string } {
  const bytes = Buffer.from(content);
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? { text } : { base64: bytes.toString('base64') };
}

/** JSON is JavaScript, but for a `__proto__` key, which no checked template has. */
function literal(value: unknown): string {
  return JSON.stringify(value);
}
