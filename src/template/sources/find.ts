import { isAbsolute, resolve } from 'node:path';
import { SvcError } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { nearest } from '../nearest.ts';
import type { Template } from '../template.ts';
import { bundledNames, readBundled } from './bundled.ts';

/**
 * The template that a user names: a bundled one's name, or a folder (`./my-template`).
 * @throws SvcError template/not-found, template/invalid
 */
export async function findTemplate(name: string, runtime: Runtime): Promise<Template> {
  if (isFolder(name)) {
    const { readFolder } = await import('./folder.ts');
    return readFolder(resolve(runtime.cwd, name), name, runtime.fs);
  }
  const bundled = isName(name) ? await readBundled(name, runtime) : undefined;
  return bundled ?? refuse(name, runtime);
}

function isFolder(name: string): boolean {
  return isAbsolute(name) || /^\.{1,2}([\\/]|$)/.test(name);
}

function isName(name: string): boolean {
  return /^[a-z0-9-]+$/.test(name);
}

async function refuse(name: string, runtime: Runtime): Promise<never> {
  const names = await bundledNames(runtime);
  const meant = nearest(name, names);
  throw new SvcError('template/not-found', `There is no template ${name}`, {
    hint: meant
      ? `Did you mean ${meant}? svc new ${meant}`
      : `There are: ${names.join(', ')}; a template of your own is named by its folder: svc new ./my-template`,
  });
}
