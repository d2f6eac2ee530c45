import { join } from 'node:path';
import { SvcError } from '../../errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Delivered } from '../base.ts';

/**
 * The chassis as a package file that a new service takes along, under `vendor/`. Its name carries its digest.
 * @throws SvcError file/unreadable where svckit was not built
 */
export async function chassisPackage({ fs, paths }: Runtime): Promise<Delivered> {
  const folder = join(paths.program, 'chassis');
  const [file] = ((await fs.list(folder)) ?? []).filter(({ name }) => /^svckit-chassis-.+\.tgz$/.test(name));
  const content = file && (await fs.readBytes(join(folder, file.name)));
  if (!file || !content) {
    throw new SvcError('file/unreadable', `There is no chassis package in ${folder}`, { hint: 'Build svckit first: npm run build' });
  }
  return { path: `vendor/${file.name}`, content };
}
