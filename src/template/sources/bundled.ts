import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Runtime } from '../../runtime/runtime.ts';
import type { PrecompiledTemplate } from '../precompiled.ts';
import type { Template } from '../template.ts';

/** Names of the templates that svckit brings along. */
export async function bundledNames({ fs, paths }: Runtime): Promise<readonly string[]> {
  return ((await fs.list(paths.templates)) ?? []).filter(({ kind }) => kind === 'folder').map(({ name }) => name);
}

/**
 * A template that svckit brings along, compiled where this is a built program.
 * @returns undefined where there is none of that name
 */
export async function readBundled(name: string, { fs, paths }: Runtime): Promise<Template | undefined> {
  const compiled = join(paths.program, 'templates', `${name}.js`);
  if ((await fs.info(compiled))?.kind === 'file') {
    const [{ templateFrom }, module] = await Promise.all([import('../precompiled.ts'), import(pathToFileURL(compiled).href)]);
    return templateFrom((module as { readonly template: PrecompiledTemplate }).template);
  }
  const folder = join(paths.templates, name);
  if ((await fs.info(folder))?.kind !== 'folder') return undefined;
  const { readFolder } = await import('./folder.ts');
  return { ...(await readFolder(folder, name, fs)), source: 'bundled' };
}
