import { createHash } from 'node:crypto';
import { dirname, join, relative, sep } from 'node:path';
import { SvcError } from '../errors.ts';
import { createFolders } from '../plan/write-file.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type LockName, lockOf } from '../state/lock.ts';
import { LOCK_PATH } from '../template/lock.ts';
import type { Author } from './commit.ts';
import type { Forge, RemoteRepository } from './forge/forge.ts';
import { git, gitTo, type Repository } from './git.ts';

/** A repository of the fleet, ready to be read and committed to. */
export interface Home {
  /** The same in every run: an address or a folder. */
  readonly id: string;
  /** As people know it. */
  readonly shown: string;
  readonly repository: Repository;
  /** What an upgrade starts from: the last commit of the default branch, or what is checked out on this machine. */
  readonly commit: string;
  /** Absolute path that its files appear under. */
  readonly root: string;
  /** Only services below this folder belong to the fleet; empty for all. */
  readonly below: string;
  readonly author: Author;
  /** The commit that each branch was at when it was read: by its name on this machine, or at the remote where there is one. */
  readonly branches: ReadonlyMap<string, string>;
  /** Where the branch is pushed to; undefined where the commit stays on this machine. */
  readonly remote: Remote | undefined;
}

export interface Remote {
  readonly url: string;
  /** Where a pull request can be opened. */
  readonly forge: { readonly forge: Forge; readonly repository: RemoteRepository } | undefined;
}

/** Folders that hold no service of the team's own. */
const NOT_SEARCHED = new Set(['node_modules', 'dist', 'build', 'vendor', 'target', 'templates']);
const DEEPEST = 6;

/** Where git keeps what svc fetched of the remote's base, and of branches that upgrades are on. */
export const BASE_REF = 'refs/svckit/base';
export const THEIR_REFS = 'refs/svckit/theirs/';

/** The roots of the repositories that a folder is in or holds, and services in no repository. */
export async function gitRoots(folder: string, { fs }: Runtime): Promise<readonly { readonly root: string; readonly isGit: boolean }[]> {
  const above = await rootAbove(folder, fs);
  if (above !== undefined) return [{ root: above, isGit: true }];
  return rootsBelow(folder, DEEPEST, fs);
}

async function rootAbove(folder: string, fs: Runtime['fs']): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    if ((await fs.info(join(at, '.git'))) !== undefined) return at;
    if (at === dirname(at)) return undefined;
  }
}

async function rootsBelow(
  folder: string,
  levels: number,
  fs: Runtime['fs'],
): Promise<readonly { readonly root: string; readonly isGit: boolean }[]> {
  const entries = (await fs.list(folder)) ?? [];
  if (entries.some(({ name }) => name === '.git')) return [{ root: folder, isGit: true }];
  if ((await fs.info(join(folder, LOCK_PATH))) !== undefined) return [{ root: folder, isGit: false }];
  if (levels === 0) return [];
  const searched = entries.filter(({ name, kind }) => kind === 'folder' && !name.startsWith('.') && !NOT_SEARCHED.has(name));
  return (await Promise.all(searched.map(({ name }) => rootsBelow(join(folder, name), levels - 1, fs)))).flat();
}

/** What a repository says of itself, with one process. */
export async function settingsOf(
  repository: Repository,
  runtime: Runtime,
): Promise<{ readonly author: Author; readonly origin: string | undefined }> {
  const { stdout } = await git(repository, ['config', '-z', '--get-regexp', '^(user\\.(name|email)|remote\\.origin\\.url)$'], runtime);
  const values = new Map(
    stdout
      .split('\0')
      .filter((entry) => entry !== '')
      .map((entry) => [entry.slice(0, entry.indexOf('\n')), entry.slice(entry.indexOf('\n') + 1)] as const),
  );
  const { env } = runtime;
  return {
    author: {
      name: env['GIT_AUTHOR_NAME'] || values.get('user.name') || 'svc upgrade',
      email: env['GIT_AUTHOR_EMAIL'] || values.get('user.email') || 'noreply@svckit.dev',
    },
    origin: values.get('remote.origin.url'),
  };
}

/**
 * A repository of this machine. What is checked out and what is not committed stays as it is: the upgrade starts from the last commit.
 * @throws SvcError tool/failed where it has no commit
 */
export async function localHome(
  root: string,
  { folder, author }: { readonly folder: string; readonly author: Author },
  runtime: Runtime,
): Promise<Home> {
  const repository: Repository = { folder: root };
  const refs = await refsOf(repository, runtime);
  const inside = relative(root, folder).split(sep).join('/');
  const below = inside.startsWith('..') ? '' : inside;
  const place = { id: root, shown: root, repository, root, below, author };
  return { ...place, commit: commitOf(refs, 'HEAD', repository), branches: branchesIn(refs, 'refs/heads/'), remote: undefined };
}

/** Every ref with its commit, with one process; `HEAD` is what is checked out. */
async function refsOf(repository: Repository, runtime: Runtime): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await git(repository, ['show-ref', '--head'], runtime);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), line.slice(0, line.indexOf(' '))]));
}

function commitOf(refs: ReadonlyMap<string, string>, ref: string, { folder }: Repository): string {
  const commit = refs.get(ref);
  if (commit !== undefined) return commit;
  throw new SvcError('tool/failed', `${folder} has no commit to start from`, { hint: `Commit what is there: git -C "${folder}" commit` });
}

function branchesIn(refs: ReadonlyMap<string, string>, prefix: string): ReadonlyMap<string, string> {
  return new Map([...refs].flatMap(([ref, commit]) => (ref.startsWith(prefix) ? [[ref.slice(prefix.length), commit] as const] : [])));
}

/**
 * A repository of a server, as svc's own bare copy: made in the first run, brought up to date in the next.
 * @throws SvcError tool/failed where it cannot be cloned
 */
export async function remoteHome(
  { url, forge }: Remote,
  { branchPrefix, shown }: { readonly branchPrefix: string; readonly shown: string },
  runtime: Runtime,
): Promise<Home> {
  const folder = copyOf(url, runtime);
  const repository: Repository = { folder, ...(await accessTo(url, forge)) };
  await bareRepository(folder, runtime);
  const wanted = [`+HEAD:${BASE_REF}`, `+refs/heads/${branchPrefix}*:${THEIR_REFS}${branchPrefix}*`];
  await gitTo(`fetch ${url}`, [repository, ['fetch', '--quiet', '--no-tags', '--prune', '--depth=1', '--', url, ...wanted]], runtime);
  const [refs, { author }] = await Promise.all([refsOf(repository, runtime), settingsOf(repository, runtime)]);
  const place = { id: url, shown, repository, root: join(folder, 'files'), below: '', author };
  return { ...place, commit: commitOf(refs, BASE_REF, repository), branches: branchesIn(refs, THEIR_REFS), remote: { url, forge } };
}

/** The token goes to the forge alone, whatever address the forge tells git to clone from. */
async function accessTo(url: string, forge: Remote['forge']): Promise<Pick<Repository, 'access'>> {
  const origin = /^https?:/.test(url) ? new URL(url).origin : undefined;
  if (!forge || origin !== new URL(forge.forge.address.url).origin) return {};
  const authorization = await forge.forge.gitAuthorization(forge.repository.path);
  return authorization === undefined ? {} : { access: { url: origin, authorization } };
}

/** Held while svc's own copy of a repository is in use. */
export function copyLock(url: string, runtime: Runtime): LockName {
  return lockOf(`fleet-${keyOf(url)}`, url, runtime);
}

function copyOf(url: string, { paths }: Runtime): string {
  return join(paths.cache, 'fleet', keyOf(url));
}

function keyOf(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 16);
}

/** What `git init --bare` would make, as far as git needs it; nothing happens where it is there. */
async function bareRepository(folder: string, { fs }: Runtime): Promise<void> {
  for (const name of ['objects', 'refs']) await createFolders(fs, join(folder, name));
  const files = { config: '[core]\n\trepositoryformatversion = 0\n\tbare = true\n', HEAD: 'ref: refs/heads/none\n' };
  for (const [name, content] of Object.entries(files)) {
    if ((await fs.info(join(folder, name))) === undefined) await fs.createFile(join(folder, name), content);
  }
}

export type PushResult = { readonly result: 'pushed' } | { readonly result: 'taken' | 'refused'; readonly reason: string };

/** Pushes a commit as a branch, and never over commits that are not below it. */
export async function push(
  { repository, remote }: { readonly repository: Repository; readonly remote: Remote },
  { commit, branch }: { readonly commit: string; readonly branch: string },
  runtime: Runtime,
): Promise<PushResult> {
  const call = await git(repository, ['push', '--porcelain', '--no-verify', '--', remote.url, `${commit}:refs/heads/${branch}`], runtime);
  if (call.exitCode === 0) return { result: 'pushed' };
  const rejected = /^!\t[^\t]*\t(.*)$/m.exec(call.stdout)?.[1];
  if (rejected === undefined && call.exitCode === 128) {
    throw new SvcError('forge/unavailable', `git could not push to ${remote.url}: ${reasonIn(call)}`, {
      hint: 'Look at the address and at what the token may do: it needs to write to the repository',
    });
  }
  const isTaken = /non-fast-forward|fetch first|stale info/.test(rejected ?? '');
  return { result: isTaken ? 'taken' : 'refused', reason: rejected ?? reasonIn(call) };
}

function reasonIn({ stderr }: { readonly stderr: string }): string {
  return stderr.trim().split('\n').at(-1) ?? '';
}
