import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

/** A tree as a test wants it, right or wrong: git itself would not make most of them. Names in the order that they are to have. */
export type RawTree = readonly RawEntry[];
export interface RawEntry {
  readonly name: string | Buffer;
  /** Of a file, a folder, a link (`120000`), a submodule (`160000`). */
  readonly mode?: string;
  /** A file's content, a folder's entries, or the id of an object. */
  readonly is: string | Buffer | RawTree | { readonly id: string };
}

/** Writes git's objects by hand into a repository that somebody serves. */
export class RawGit {
  readonly #folder: string;

  /** @param folder the `.git` folder */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Has a branch be one commit with this tree. */
  branch(name: string, tree: RawTree): string {
    const who = 'a <a@example.com> 1700000000 +0000';
    const commit = this.object('commit', Buffer.from(`tree ${this.tree(tree)}\nauthor ${who}\ncommitter ${who}\n\nhostile\n`));
    writeFileSync(join(this.#folder, 'refs/heads', name), `${commit}\n`);
    return commit;
  }

  tree(entries: RawTree): string {
    const parts = entries.map(({ name, mode, is }) => {
      const isFolder = Array.isArray(is);
      const id = this.#idOf(is);
      return Buffer.concat([
        Buffer.from(`${mode ?? (isFolder ? '40000' : '100644')} `),
        Buffer.from(name),
        Buffer.from([0]),
        Buffer.from(id, 'hex'),
      ]);
    });
    return this.object('tree', Buffer.concat(parts));
  }

  object(kind: 'blob' | 'tree' | 'commit', content: Buffer): string {
    const whole = Buffer.concat([Buffer.from(`${kind} ${content.length}\0`), content]);
    const id = createHash('sha1').update(whole).digest('hex');
    const folder = join(this.#folder, 'objects', id.slice(0, 2));
    const path = join(folder, id.slice(2));
    if (existsSync(path)) return id;
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, deflateSync(whole, { level: 1 }));
    return id;
  }

  #idOf(is: RawEntry['is']): string {
    if (typeof is === 'string' || Buffer.isBuffer(is)) return this.object('blob', Buffer.from(is));
    return 'id' in is ? is.id : this.tree(is);
  }
}
