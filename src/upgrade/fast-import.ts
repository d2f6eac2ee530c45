import type { Labels, Sides } from './three-way.ts';
import { modeOf, type Tree, type TreeFile } from './tree.ts';

/**
 * The three sides as one stream for `git fast-import`: a commit of the base, and ours and theirs as its children. git 2.39 merges
 * commits only, so that these commits exist for the merge and nobody sees them.
 */
export function fastImport({ base, ours, theirs }: Sides, labels: Labels): Uint8Array {
  const blobs = new Blobs();
  const commits = [
    commit({ branch: labels.base, mark: 1 }, base, blobs),
    commit({ branch: labels.ours, mark: 2, from: 1 }, ours, blobs),
    commit({ branch: labels.theirs, mark: 3, from: 1 }, theirs, blobs),
  ];
  return Buffer.concat([...blobs.stream(), Buffer.from(`${commits.join('')}done\n`)]);
}

/** Marks below are those of the commits. */
const FIRST_BLOB = 10;

/** Every content once, however many files and sides hold it. */
class Blobs {
  readonly #marks = new Map<string, number>();
  readonly #parts: Uint8Array[] = [];

  markOf({ content }: TreeFile): number {
    const key = Buffer.from(content).toString('latin1');
    const known = this.#marks.get(key);
    if (known !== undefined) return known;
    const mark = FIRST_BLOB + this.#marks.size;
    this.#marks.set(key, mark);
    this.#parts.push(Buffer.from(`blob\nmark :${mark}\ndata ${content.length}\n`), content, Buffer.from('\n'));
    return mark;
  }

  stream(): readonly Uint8Array[] {
    return this.#parts;
  }
}

function commit(head: { readonly branch: string; readonly mark: number; readonly from?: number }, tree: Tree, blobs: Blobs): string {
  const files = [...tree].map(([path, file]) => `M ${modeOf(file)} :${blobs.markOf(file)} ${quoted(path)}\n`);
  return [
    `commit refs/heads/${head.branch}\nmark :${head.mark}\ncommitter svckit <> 0 +0000\ndata 0\n`,
    head.from === undefined ? '' : `from :${head.from}\ndeleteall\n`,
    ...files,
  ].join('');
}

function quoted(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
