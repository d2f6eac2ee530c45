import { createHash } from 'node:crypto';
import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Written } from './change.ts';
import type { CommitFiles } from './commit-files.ts';
import { git, type Repository, reasonIn } from './git.ts';

/** Who a commit says made it. */
export interface Author {
  readonly name: string;
  readonly email: string;
}

export interface NewCommit {
  /** The files that the upgrade starts from. */
  readonly files: CommitFiles;
  readonly writes: ReadonlyMap<string, Written | undefined>;
  /** The full name of the branch: it comes to be, or moves on; what is on it already is never dropped. */
  readonly ref: string;
  readonly message: string;
  readonly author: Author;
  /** An earlier commit of this branch to go on from. */
  readonly onTopOf?: string;
}

/**
 * Writes a commit without a working tree, with one process: objects first, then the branch, so a kill leaves the branch as it was.
 * @returns its id
 * @throws SvcError plan/conflict where the branch holds other commits, tool/failed
 */
export async function writeCommit(commit: NewCommit, runtime: Runtime): Promise<string> {
  const { repository } = commit.files;
  const input = streamOf(commit, Math.floor(runtime.now().getTime() / 1_000));
  const result = await git(repository, ['fast-import', '--quiet', '--done', '--date-format=raw'], runtime, { input });
  const id = result.stdout.trim();
  if (result.exitCode === 0 && /^[0-9a-f]{40,64}$/.test(id)) return id;
  if (/^warning: Not updating /m.test(result.stderr)) throw branchTaken(commit.ref, repository);
  throw new SvcError('tool/failed', `git could not commit in ${repository.folder}: ${reasonIn(result.stderr)}`, {
    hint: 'Look at the repository: git fsck, and whether its folder can be written to',
  });
}

/** https://git-scm.com/docs/git-fast-import: the tree is the one the upgrade starts from, with its files over it. */
function streamOf({ files, writes, ref, message, author, onTopOf }: NewCommit, seconds: number): Uint8Array {
  const text = Buffer.from(message);
  const head = [
    'feature done',
    `commit ${ref}`,
    'mark :1',
    `committer ${plainName(author.name)} <${plainName(author.email)}> ${seconds} +0000`,
    `data ${text.length}`,
  ];
  const parents =
    onTopOf === undefined
      ? [`from ${files.commit}`]
      : [`from ${onTopOf}`, `merge ${files.commit}`, 'deleteall', ...[...files.entries].map(([path, entry]) => unchanged(path, entry))];
  const parts: Uint8Array[] = [Buffer.from(`${head.join('\n')}\n`), text, Buffer.from(`\n${parents.join('\n')}\n`)];
  for (const [path, file] of writes) {
    if (!file) parts.push(Buffer.from(`D ${quoted(path)}\n`));
    else {
      parts.push(Buffer.from(`M ${file.executable ? '100755' : '100644'} inline ${quoted(path)}\ndata ${file.content.length}\n`));
      parts.push(file.content, Buffer.from('\n'));
    }
  }
  return Buffer.concat([...parts, Buffer.from('\nget-mark :1\ndone\n')]);
}

const MODE = { file: '100644', executable: '100755', link: '120000' } as const;

function unchanged(path: string, { kind, id }: { readonly kind: keyof typeof MODE; readonly id: string }): string {
  return `M ${MODE[kind]} ${id} ${quoted(path)}`;
}

/** git ends a name at these. */
function plainName(text: string): string {
  return text.replace(/[<>\n\0]/g, '').trim();
}

function quoted(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

/** Whether a commit holds exactly the files of another one with these written over them. */
export function isSameTree(commit: CommitFiles, files: CommitFiles, writes: ReadonlyMap<string, Written | undefined>): boolean {
  const expected = new Map([...files.entries].map(([path, { kind, id }]) => [path, `${kind} ${id}`]));
  for (const [path, file] of writes) {
    if (!file) expected.delete(path);
    else expected.set(path, `${file.executable ? 'executable' : 'file'} ${blobId(file.content, files.commit.length)}`);
  }
  return (
    expected.size === commit.entries.size && [...commit.entries].every(([path, { kind, id }]) => expected.get(path) === `${kind} ${id}`)
  );
}

/** The id that git gives a content: SHA-1, or SHA-256 in a repository whose ids are longer. */
function blobId(content: Uint8Array, digits: number): string {
  return createHash(digits === 64 ? 'sha256' : 'sha1')
    .update(`blob ${content.length}\0`)
    .update(content)
    .digest('hex');
}

function branchTaken(ref: string, { folder }: Repository): SvcError {
  const branch = ref.replace('refs/heads/', '');
  return new SvcError('plan/conflict', `${branch} holds commits that this upgrade did not make`, {
    hint: `Merge that branch, or delete it: git -C "${folder}" branch -D ${branch}`,
  });
}
