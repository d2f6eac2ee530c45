import { gzipSync } from 'node:zlib';

/** An entry of a tar file, as right or as wrong as a test wants it. */
export interface FakeEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** The byte that tells what it is: `0` a file, `1` a hard link, `2` a link, `5` a folder, `x` extended headers. */
  readonly type?: string;
  readonly link?: string;
  readonly mode?: number;
  /** What the header says of the length of the content; bytes stand there as they are. */
  readonly size?: number | Uint8Array;
}

const BLOCK = 512;

/** POSIX.1-1988 "ustar", header by header: unlike a library it refuses nothing. */
export function tarFile(entries: readonly FakeEntry[]): Uint8Array {
  return Buffer.concat([...entries.flatMap(entryBlocks), Buffer.alloc(2 * BLOCK)]);
}

/** A package as npm packs it, with a `package.json` of that name and version. */
export function tarball(entries: readonly FakeEntry[], about: object = { name: 'tiny-template', version: '1.0.0' }): Uint8Array {
  return gzipSync(tarFile([{ name: 'package/package.json', content: JSON.stringify(about) }, ...entries]));
}

/** The content of an extended header: `<length> <key>=<value>` and a line end, the length counting itself. */
export function extended(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  const length = rest + String(rest + String(rest).length).length;
  return `${length} ${key}=${value}\n`;
}

function entryBlocks({ name, content = '', type = '0', link = '', mode = 0o644, size }: FakeEntry): readonly Buffer[] {
  const body = Buffer.from(content);
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100, 'utf8');
  for (const [at, value] of [
    [100, mode],
    [108, 0],
    [116, 0],
  ] as const)
    header.write(value.toString(8).padStart(7, '0'), at);
  if (size instanceof Uint8Array) header.set(size, 124);
  else header.write((size ?? body.length).toString(8).padStart(11, '0'), 124);
  header.write('00000000000', 136);
  header.write(type, 156);
  header.write(link, 157, 100, 'utf8');
  header.write('ustar\u000000', 257);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [header, body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)];
}
