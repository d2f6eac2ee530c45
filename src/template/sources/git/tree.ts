import { SvcError } from '../../../errors.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import { AREAS, type SourceFile } from '../../files.ts';
import { MANIFEST_FILE } from '../../manifest/read.ts';
import { refused, refuseTooMuch } from '../limits.ts';
import type { Fetched } from './fetch.ts';
import { type Git, gitIn } from './git.ts';

export interface Place extends Fetched {
  /** The template's folder in the repository; empty where it is the root. */
  readonly within: string;
  /** How messages call the template. */
  readonly name: string;
}

/** One line of `git ls-tree -l`: a path below the template's folder. */
interface Listed {
  readonly mode: string;
  readonly id: string;
  readonly size: number;
  readonly path: string;
}

/** How git ends where it cannot read what it was asked for; it is stopped otherwise where a listing has no end. */
const FATAL = 128;
const EXECUTABLE = '100755';
const FILES = ['100644', EXECUTABLE, '100664'];
const SAID: Readonly<Record<string, string>> = { '120000': 'a link', '160000': 'a submodule' };

/**
 * The files of a template in a fetched commit, read from git's objects: nothing is checked out, so nothing in the tree can be more than
 * bytes.
 * @returns undefined where the repository is broken: a power cut can do that to a cache
 * @throws SvcError template/not-found where there is no manifest, template/invalid where there is a link, a submodule or too much
 */
export async function readTree(place: Place, runtime: Runtime): Promise<readonly SourceFile[] | undefined> {
  const git: Git = (args, more) => gitIn(place.folder, place.url, runtime)([`--git-dir=${place.folder}`, ...args], more);
  const listed = await list(place, git);
  if (!listed) return undefined;
  if (!listed.some(({ path }) => path === MANIFEST_FILE)) throw await noTemplate(place, git);
  for (const { mode, path } of listed) {
    if (!FILES.includes(mode)) throw refused(place.name, `${path} is ${SAID[mode] ?? 'no file'}: a template holds files and folders only`);
  }
  refuseTooMuch(place.name, listed);
  const read = await git(['cat-file', '--batch'], { input: listed.map(({ id }) => `${id}\n`).join('') });
  const contents = read.exitCode === 0 ? blobsIn(read.bytes, listed) : undefined;
  return (
    contents &&
    listed.map(({ path, mode }, index) => ({ path, executable: mode === EXECUTABLE, content: contents[index] ?? new Uint8Array() }))
  );
}

async function list({ commit, within, name }: Place, git: Git): Promise<readonly Listed[] | undefined> {
  const prefix = within && `${within}/`;
  const wanted = [MANIFEST_FILE, ...Object.keys(AREAS)].map((path) => `${prefix}${path}`);
  const { exitCode, bytes } = await git(['ls-tree', '-r', '-z', '-l', '--full-tree', commit, '--', ...wanted]);
  if (exitCode === FATAL) return undefined;
  if (exitCode !== 0) throw refused(name, 'it has more files than can be listed');
  return decoded(bytes, name)
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [mode = '', , id = '', size = ''] = line.slice(0, line.indexOf('\t')).split(/ +/);
      return { mode, id, size: Number(size) || 0, path: line.slice(line.indexOf('\t') + 1 + prefix.length) };
    });
}

function decoded(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refused(name, 'the name of a file is not UTF-8');
  }
}

/** `git cat-file --batch`: for each object `<id> <kind> <size>`, line end, content, line end. Undefined where one is not there. */
function blobsIn(bytes: Uint8Array, listed: readonly Listed[]): readonly Uint8Array[] | undefined {
  const contents: Uint8Array[] = [];
  let offset = 0;
  for (const { id, size } of listed) {
    const start = bytes.indexOf(LINE_END, offset) + 1;
    if (Buffer.from(bytes.subarray(offset, Math.max(offset, start - 1))).toString('latin1') !== `${id} blob ${size}`) return undefined;
    contents.push(bytes.subarray(start, start + size));
    offset = start + size + 1;
  }
  return contents;
}

const LINE_END = 0x0a;

/** Names shown of a long list. */
const NAMED = 8;

/** Whoever names a repository of several templates is told which there are. */
async function noTemplate({ commit, within, name, url }: Place, git: Git): Promise<SvcError> {
  const { stdout } = await git(['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit]);
  const found = stdout.split('\0').filter((path) => path === MANIFEST_FILE || path.endsWith(`/${MANIFEST_FILE}`));
  const names = found.map((path) => (path === MANIFEST_FILE ? url : `${url}//${path.slice(0, -MANIFEST_FILE.length - 1)}`));
  const more = names.length > NAMED ? [`and ${names.length - NAMED} more`] : [];
  return new SvcError('template/not-found', `${name} is no template: there is no ${within && `${within}/`}${MANIFEST_FILE} in it`, {
    hint:
      names.length > 0
        ? `It has: ${[...names.slice(0, NAMED), ...more].join(', ')}`
        : `A template is a folder with a ${MANIFEST_FILE}: svc new <repository>//<folder>#<tag>`,
  });
}
