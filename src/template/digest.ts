import { createHash } from 'node:crypto';

export interface DigestedFile {
  readonly path: string;
  readonly executable: boolean;
  readonly content: Uint8Array | string;
}

/** `sha256:…` over paths, executable bits and bytes, the same in whatever order the files come. */
export function digestOf(files: readonly DigestedFile[]): string {
  const hash = createHash('sha256');
  for (const { path, executable, content } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const bytes = Buffer.from(content);
    hash.update(`${path}\0${executable ? 'x' : '-'}\0${bytes.length}\0`).update(bytes);
  }
  return `sha256:${hash.digest('hex')}`;
}
