import { resolve } from 'node:path';
import { SvcError } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { nearest } from '../nearest.ts';
import type { Template } from '../template.ts';
import { bundledNames, readBundled } from './bundled.ts';
import { parseSource, type SourceName } from './name.ts';
import { newShelf, type Shelf } from './shelf.ts';

/**
 * The template that a user names: a bundled one's name, a folder (`./my-template`), a git repository or an npm package.
 * @param shelf what was read already in this run
 * @throws SvcError input/invalid, template/not-found, template/invalid, template/unavailable
 */
export async function findTemplate(name: string, runtime: Runtime, shelf: Shelf = newShelf()): Promise<Template> {
  return readSource(parseSource(name), { shelf, from: runtime.cwd }, runtime);
}

/**
 * The template that a source's name stands for.
 * @param from absolute path of the folder that the path of a folder is relative to
 * @throws SvcError as `findTemplate`
 */
export async function readSource(
  source: SourceName,
  { shelf, from }: { readonly shelf: Shelf; readonly from: string },
  runtime: Runtime,
): Promise<Template> {
  switch (source.kind) {
    case 'bundled':
      return shelf.once(`bundled ${source.name}`, () => bundledOrRefuse(source.name, runtime));
    case 'folder': {
      const folder = resolve(from, source.path);
      const { readFolder } = await import('./folder.ts');
      return shelf.once(`folder ${folder}`, () => readFolder(folder, source.path, runtime.fs));
    }
    case 'git': {
      const { readGit } = await import('./git/read.ts');
      return readGit(source, shelf, runtime);
    }
    case 'npm': {
      const { readNpm } = await import('./npm/read.ts');
      return readNpm(source, shelf, runtime);
    }
  }
}

async function bundledOrRefuse(name: string, runtime: Runtime): Promise<Template> {
  const bundled = /^[a-z0-9-]+$/.test(name) ? await readBundled(name, runtime) : undefined;
  return bundled ?? refuse(name, runtime);
}

async function refuse(name: string, runtime: Runtime): Promise<never> {
  const names = await bundledNames(runtime);
  const meant = nearest(name, names);
  throw new SvcError('template/not-found', `There is no template ${name}`, {
    hint: meant
      ? `Did you mean ${meant}? svc new ${meant}`
      : `There are: ${names.join(', ')}; others are named by their folder (./my-template), git repository (github:org/repo) or package (npm:name)`,
  });
}
