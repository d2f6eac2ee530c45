import { kindOf, type Tree, type TreeFile } from './tree.ts';

type Objects = ReadonlyMap<string, Uint8Array>;

const LINE_END = 0x0a;
const NUL = 0x00;
/** Bytes of an object's id in a tree. */
const ID_BYTES = 20;
/** The mode of a folder in a tree. */
const FOLDER = '40000';

/**
 * The files of one tree.
 * @param batch what `git cat-file --batch-all-objects --batch` printed
 */
export function treeIn(batch: Uint8Array, id: string): Tree {
  const objects = objectsIn(batch);
  return new Map(filesIn(id, '', objects));
}

/** Each object is `<id> <type> <size>`, a line end, the content, a line end. */
function objectsIn(batch: Uint8Array): Objects {
  const objects = new Map<string, Uint8Array>();
  for (let at = 0; at < batch.length; ) {
    const start = batch.indexOf(LINE_END, at) + 1;
    const [id = '', , size = ''] = text(batch, at, start - 1).split(' ');
    const end = start + Number(size);
    objects.set(id, batch.subarray(start, end));
    at = end + 1;
  }
  return objects;
}

/** Each entry of a tree is `<mode> <name>`, a NUL, the bytes of an id. */
function filesIn(id: string, folder: string, objects: Objects): readonly (readonly [string, TreeFile])[] {
  const bytes = contentOf(id, objects);
  const files: (readonly [string, TreeFile])[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(NUL, at);
    const [mode = '', ...name] = text(bytes, at, end).split(' ');
    const inner = Buffer.from(bytes.subarray(end + 1, end + 1 + ID_BYTES)).toString('hex');
    const path = `${folder}${name.join(' ')}`;
    files.push(...(mode === FOLDER ? filesIn(inner, `${path}/`, objects) : [[path, fileOf(mode, inner, objects)] as const]));
    at = end + 1 + ID_BYTES;
  }
  return files;
}

function fileOf(mode: string, id: string, objects: Objects): TreeFile {
  return { kind: kindOf(mode), content: contentOf(id, objects) };
}

function contentOf(id: string, objects: Objects): Uint8Array {
  const content = objects.get(id);
  if (content === undefined) throw new Error(`git did not print object ${id}`);
  return content;
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.subarray(from, to)).toString('utf8');
}
