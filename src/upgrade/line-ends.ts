import type { Tree, TreeFile } from './tree.ts';

/** A tree with line feeds alone, and the way back to what each file had. */
export interface Normalised {
  readonly tree: Tree;
  /** Gives a merged tree the line ends that the user's files had; files new to the user get those that most of theirs have. */
  restore(merged: Tree): Tree;
}

/**
 * A checkout on Windows has CRLF where the template has LF, and every line of it would be in conflict. Files that mix both are left
 * as they are.
 */
export function normaliseLineEnds(tree: Tree): Normalised {
  const windows = new Set([...tree].filter(([, file]) => hasCrlfOnly(file)).map(([path]) => path));
  const texts = [...tree.values()].filter((file) => isText(file) && file.content.includes(LF)).length;
  const mostly = texts > 0 && windows.size * 2 > texts;
  return {
    tree: new Map(
      [...tree].map(([path, file]) => [path, windows.has(path) ? mapped(file, (text) => text.replaceAll('\r\n', '\n')) : file]),
    ),
    restore: (merged) =>
      new Map(
        [...merged].map(([path, file]) => {
          const crlf = windows.has(path) || (mostly && !tree.has(path) && isText(file) && !file.content.includes(CR));
          return [path, crlf ? mapped(file, (text) => text.replaceAll('\n', '\r\n')) : file];
        }),
      ),
  };
}

const CR = 0x0d;
const LF = 0x0a;
/** As git tells binary from text: a NUL near the beginning. */
const LOOKED_AT = 8_000;

function isText(file: TreeFile): boolean {
  return file.kind !== 'link' && !file.content.subarray(0, LOOKED_AT).includes(0);
}

function hasCrlfOnly(file: TreeFile): boolean {
  if (!isText(file) || !file.content.includes(CR)) return false;
  const text = latin1(file);
  return !/(^|[^\r])\n/.test(text) && !/\r([^\n]|$)/.test(text);
}

function mapped(file: TreeFile, change: (text: string) => string): TreeFile {
  return { ...file, content: Buffer.from(change(latin1(file)), 'latin1') };
}

/** One character a byte: nothing is lost on the way, whatever the encoding. */
function latin1({ content }: TreeFile): string {
  return Buffer.from(content).toString('latin1');
}
