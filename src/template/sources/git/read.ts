import { SvcError } from '../../../errors.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import type { SourceFile } from '../../files.ts';
import { nearest } from '../../nearest.ts';
import type { Template } from '../../template.ts';
import { refused } from '../limits.ts';
import { templateMadeOf } from '../made-of.ts';
import { type GitName, isCommit, printSource } from '../name.ts';
import type { Shelf } from '../shelf.ts';
import { unavailable } from '../unavailable.ts';
import { type Fetched, fetchCommit, fetchedBefore } from './fetch.ts';
import { askRemote, type Remote } from './remote.ts';
import { type Place, readTree } from './tree.ts';

/**
 * The template in a git repository, at the tag, branch or commit that is named, or at the head of the default branch.
 * @throws SvcError template/not-found, template/invalid, template/unavailable
 */
export async function readGit(source: GitName, shelf: Shelf, runtime: Runtime): Promise<Template> {
  const { url, ref, folder: within } = source;
  const wanted = isCommit(ref) ? { ref, commit: ref } : refIn(await remoteAt(url, shelf, runtime), ref);
  const name = printSource(source);
  return shelf.once(`${name} at ${wanted.commit}`, async () => {
    const fetched = await shelf.once(`fetch ${url} ${wanted.commit}`, () => fetchedOnce(url, wanted, runtime));
    const place = { ...fetched, within, name };
    const files = await readTree(place, runtime);
    const read = files ? { commit: fetched.commit, files } : await readAgain(place, wanted, runtime);
    return templateMadeOf(read.files, { name, source: name, pinned: { commit: read.commit } });
  });
}

/** A repository's branches and tags, asked for once a run. */
export function remoteAt(url: string, shelf: Shelf, runtime: Runtime): Promise<Remote> {
  return shelf.once(`git ${url}`, () => askRemote(url, runtime));
}

/** The tags that can be read: all of them, or those in the cache where the repository does not answer. */
export async function tagsAtHand(remote: Remote, runtime: Runtime): Promise<readonly string[]> {
  const tags = [...remote.tags];
  if (remote.fresh) return tags.map(([tag]) => tag);
  const here = await Promise.all(tags.map(async ([, commit]) => (await fetchedBefore(remote.url, commit, runtime)) !== undefined));
  return tags.flatMap(([tag], index) => (here[index] ? [tag] : []));
}

interface Wanted {
  /** As git fetches it. */
  readonly ref: string;
  readonly commit: string;
  readonly stale?: boolean;
}

async function fetchedOnce(url: string, { ref, commit, stale = false }: Wanted, runtime: Runtime): Promise<Fetched> {
  const before = await fetchedBefore(url, commit, runtime);
  if (before) return before;
  if (stale) throw unavailable(`${url} at ${ref}`, 'it does not answer, and this was not read before');
  return fetchCommit(url, { ref, objectFormat: commit.length === 64 ? 'sha256' : 'sha1' }, runtime);
}

/** What is broken in the cache is fetched anew, once. */
async function readAgain(broken: Place, wanted: Wanted, runtime: Runtime): Promise<{ commit: string; files: readonly SourceFile[] }> {
  await runtime.fs.removeTree(broken.folder);
  const place = { ...broken, ...(await fetchedOnce(broken.url, wanted, runtime)) };
  const files = await readTree(place, runtime);
  if (files) return { commit: place.commit, files };
  throw refused(place.name, 'git cannot read what it fetched', 'Look at the repository with: git fsck');
}

/** A tag before a branch, as git itself has it. */
function refIn(remote: Remote, ref: string | undefined): Wanted {
  const { tags, branches, head, fresh } = remote;
  const found: readonly (readonly [string, string | undefined])[] =
    ref === undefined
      ? [['HEAD', head]]
      : [
          [`refs/tags/${ref}`, tags.get(ref)],
          [`refs/heads/${ref}`, branches.get(ref)],
        ];
  for (const [name, commit] of found) if (commit !== undefined) return { ref: name, commit, stale: !fresh };
  throw noSuchRef(remote, ref);
}

function noSuchRef({ url, tags, branches, fresh }: Remote, ref: string | undefined): SvcError {
  if (!fresh) return unavailable(`${url}#${ref ?? ''}`, 'it does not answer, and this was not read before');
  if (ref === undefined) return new SvcError('template/not-found', `${url} is empty`, { hint: 'Push a template to it first' });
  const meant = nearest(ref, [...tags.keys(), ...branches.keys()]);
  const short = /^[0-9a-f]{7,39}$/.test(ref) ? 'A commit is named by its full id of 40 digits' : undefined;
  const known = [...tags.keys()].slice(-5).reverse();
  const there = known.length > 0 ? `Its last tags: ${known.join(', ')}` : `Its branches: ${[...branches.keys()].slice(0, 5).join(', ')}`;
  return new SvcError('template/not-found', `${url} has no tag or branch ${ref}`, {
    hint: short ?? (meant ? `Did you mean ${meant}?` : there),
  });
}
