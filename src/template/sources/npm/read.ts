import { SvcError } from '../../../errors.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import type { Template } from '../../template.ts';
import { templateMadeOf } from '../made-of.ts';
import { type NpmName, printSource } from '../name.ts';
import type { Shelf } from '../shelf.ts';
import { type Packed, packedBefore, packPackage } from './pack.ts';

/**
 * The template in an npm package: the version that npm takes for the range.
 * @throws SvcError template/unavailable, template/not-found, template/invalid
 */
export async function readNpm(source: NpmName, shelf: Shelf, runtime: Runtime): Promise<Template> {
  const range = source.range ?? 'latest';
  const packed = await shelf.once(`npm ${source.name}@${range}`, () => packPackage(source.name, range, runtime));
  return shelf.once(`${printSource(source)} is ${packed.integrity}`, async () => templateIn(packed, source));
}

/** The template of a package that is there. */
function templateIn({ content, integrity }: Packed, source: NpmName): Template {
  const name = printSource(source);
  return templateMadeOf(content.files, { name, source: name, pinned: { package: content.version, integrity } });
}

/**
 * The newest version of a package. Where the registry does not answer and was not asked for it before: the version that is named.
 * @throws SvcError as `readNpm`
 */
export async function readNewest(source: NpmName, shelf: Shelf, runtime: Runtime): Promise<Template> {
  try {
    return await readNpm({ ...source, range: '*' }, shelf, runtime);
  } catch (error) {
    if (!(error instanceof SvcError) || error.code !== 'template/unavailable') throw error;
    const known = await packedBefore(source.name, source.range ?? 'latest', runtime);
    if (!known) throw error;
    return templateIn(known, source);
  }
}
