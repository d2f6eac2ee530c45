import { join } from 'node:path';
import { SvcError } from '../../errors.ts';
import type { FileSystem } from '../../runtime/runtime.ts';
import { AREAS, type SourceFile } from '../files.ts';
import { MANIFEST_FILE } from '../manifest/read.ts';
import type { Template } from '../template.ts';
import { refused, refuseTooMuch } from './limits.ts';
import { templateMadeOf } from './made-of.ts';

/**
 * The template in a folder.
 * @param name how messages call it
 * @throws SvcError template/not-found, template/invalid
 */
export async function readFolder(folder: string, name: string, fs: FileSystem): Promise<Template> {
  return templateMadeOf(await readSourceFiles(folder, name, fs), { name, source: folder });
}

/**
 * The files of a template's folder that belong to the template: the manifest, `files/` and `repository/`.
 * @throws SvcError template/not-found where there is no manifest, template/invalid where there is a link or too much
 */
export async function readSourceFiles(folder: string, name: string, fs: FileSystem): Promise<readonly SourceFile[]> {
  const manifest = await fs.readBytes(join(folder, MANIFEST_FILE));
  if (manifest === undefined) {
    throw new SvcError('template/not-found', `${name} is no template: there is no ${MANIFEST_FILE} in ${folder}`, {
      hint: 'Name a folder with a template.yaml, or one of the bundled templates: svc new --help',
    });
  }
  const files: SourceFile[] = [{ path: MANIFEST_FILE, executable: false, content: manifest }];
  for (const { name: top, kind } of (await fs.list(folder)) ?? []) {
    if (kind === 'link' && (top === MANIFEST_FILE || top in AREAS)) throw refused(name, `${top} is a link`);
    if (kind === 'folder' && top in AREAS) await collect({ folder, path: top, name }, files, fs);
  }
  return files;
}

interface Place {
  readonly folder: string;
  readonly path: string;
  readonly name: string;
}

async function collect(place: Place, files: SourceFile[], fs: FileSystem): Promise<void> {
  for (const { name, kind } of (await fs.list(join(place.folder, place.path))) ?? []) {
    const path = `${place.path}/${name}`;
    if (kind === 'folder') await collect({ ...place, path }, files, fs);
    else if (kind === 'file') files.push(await readOne(place.folder, path, fs));
    else throw refused(place.name, `${path} is a ${kind === 'link' ? 'link' : 'device'}: a template holds files and folders only`);
  }
  refuseTooMuch(
    place.name,
    files.map(({ path, content }) => ({ path, size: content.length })),
  );
}

async function readOne(folder: string, path: string, fs: FileSystem): Promise<SourceFile> {
  const at = join(folder, path);
  const [info, content] = await Promise.all([fs.info(at), fs.readBytes(at)]);
  return { path, executable: info?.executable ?? false, content: content ?? new Uint8Array() };
}
