import { gunzipSync } from 'node:zlib';
import { type TarHeader, unpackTar } from 'modern-tar';
import { SvcError } from '../../../errors.ts';
import { refuseUnsafe } from '../../../plan/plan.ts';
import { AREAS, type SourceFile } from '../../files.ts';
import { MANIFEST_FILE } from '../../manifest/read.ts';
import { LIMITS, refused, refuseTooMuch } from '../limits.ts';

/** What is of use in a package: what it says of itself, and the template's files. */
export interface PackageContent {
  readonly name: string;
  readonly version: string;
  readonly files: readonly SourceFile[];
}

const ABOUT = 'package.json';
/** More entries than any package of a template has; each costs memory, however small it is. */
const MOST_ENTRIES = 20_000;

/**
 * Reads a package's tarball in memory. Nothing of it is ever written, and what could be trouble for whoever unpacks it is refused.
 * @param name how messages call the template
 * @throws SvcError template/invalid, plan/unsafe-path
 */
export async function readTarball(packed: Uint8Array, name: string): Promise<PackageContent> {
  const entries = await entriesOf(unzipped(packed, name), name);
  refuseUnsafe(entries.map(({ path }) => path));
  if (!entries.some(({ path }) => path === MANIFEST_FILE)) throw noTemplate(name);
  const files = entries.filter(({ path }) => path === MANIFEST_FILE || (path.split('/')[0] ?? '') in AREAS);
  refuseTooMuch(
    name,
    files.map(({ path, content }) => ({ path, size: content.length })),
  );
  return { ...aboutIn(entries, name), files };
}

function noTemplate(name: string): SvcError {
  return new SvcError('template/not-found', `${name} is no template: there is no ${MANIFEST_FILE} in the package`, {
    hint: `A template's package holds ${MANIFEST_FILE}, files/ and repository/: look at "files" in its package.json`,
  });
}

/** zlib stops where the limit is reached: a bomb costs no more than that. */
function unzipped(packed: Uint8Array, name: string): Uint8Array {
  try {
    return gunzipSync(packed, { maxOutputLength: LIMITS.fetchedBytes });
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    throw refused(name, tooLarge ? 'its package unpacks to more than 100 MiB' : 'its package is no gzipped tar file');
  }
}

async function entriesOf(archive: Uint8Array, name: string): Promise<readonly SourceFile[]> {
  let count = 0;
  const check = (header: TarHeader): boolean => {
    count += 1;
    if (count > MOST_ENTRIES) throw refused(name, `its package has more than ${MOST_ENTRIES} entries`);
    return isFile(header, name);
  };
  const entries = await unpack(archive, { name, filter: check });
  refuseUnsafe(entries.map(({ header }) => header.name));
  return entries.map(({ header, data }) => ({
    path: withoutTop(header.name),
    executable: ((header.mode ?? 0) & 0o100) !== 0,
    content: data ?? new Uint8Array(),
  }));
}

async function unpack(archive: Uint8Array, { name, filter }: { readonly name: string; readonly filter: (header: TarHeader) => boolean }) {
  try {
    return await unpackTar(archive, { strict: true, filter });
  } catch (error) {
    if (error instanceof SvcError) throw error;
    throw refused(name, 'its package is a broken tar file');
  }
}

/** npm packs files alone; folders may stand there, they follow from the files. */
function isFile({ type = 'file', name: path }: TarHeader, name: string): boolean {
  if (type === 'directory') return false;
  if (type === 'file' && !path.endsWith('/')) return true;
  throw refused(
    name,
    `${JSON.stringify(path)} is ${type.endsWith('link') ? 'a link' : 'no file'}: a template holds files and folders only`,
  );
}

/** Everything lies in one folder, `package` by custom, which whoever unpacks it leaves out. */
function withoutTop(path: string): string {
  const at = path.indexOf('/');
  return at > 0 ? path.slice(at + 1) : path;
}

function aboutIn(entries: readonly SourceFile[], name: string): Pick<PackageContent, 'name' | 'version'> {
  const text = Buffer.from(entries.find(({ path }) => path === ABOUT)?.content ?? '').toString('utf8');
  const about = jsonObject(text);
  const { name: called, version } = about;
  if (typeof called === 'string' && typeof version === 'string' && text.length <= LIMITS.fileBytes) return { name: called, version };
  throw refused(name, 'its package.json does not say name and version');
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
