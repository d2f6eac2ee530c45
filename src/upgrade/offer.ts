import { join } from 'node:path';
import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { LOCK_PATH } from '../template/lock.ts';
import { readSource } from '../template/sources/find.ts';
import { type GitName, isCommit, type NpmName, parseRecorded, printSource } from '../template/sources/name.ts';
import { coreOf, isOlder, newestOfSeries, tagsFor, versionsOf, versionTag } from '../template/sources/series.ts';
import { newShelf, type Shelf } from '../template/sources/shelf.ts';
import type { Template } from '../template/template.ts';
import { compareVersions } from '../template/versions.ts';
import type { Made } from './service.ts';

/** As much of a service as its offer depends on. */
export type Named = Pick<Made, 'name' | 'folder' | 'lock'>;

/** Which version of its template a service is offered. */
export interface OfferOrder {
  /** This version and no other; undefined takes the newest that the source has. */
  readonly to?: string | undefined;
  /** What was read already: one for a run over many services asks each source once. */
  readonly shelf?: Shelf | undefined;
}

/**
 * The template that a service can be upgraded to. Bundled or in a folder: what is there. Of a version tag: the newest of its series. Of a
 * branch: its head. Of a commit: that commit. Of an npm package: what its range is now, or the newest of all for an exact version.
 * @throws SvcError template/not-found where it is gone, older than what made the service, or has no such version; template/changed where
 * the same version is not what it was; template/unavailable; input/invalid where `to` goes back
 */
export async function offeredTemplate(made: Named, { to, shelf = newShelf() }: OfferOrder, runtime: Runtime): Promise<Template> {
  if (to !== undefined) refuseBackwards(to, made);
  const { template, fixed } = await offerOf({ made, to, shelf, runtime });
  if (fixed) refuseChanged(made, template);
  if (to !== undefined && template.manifest.version !== coreOf(to)) throw otherVersion(to, made, template);
  if (compareVersions(template.manifest.version, made.lock.template.version) < 0) throw older(made, template);
  return template.pinned && template.digest === made.lock.template.digest ? asRecorded(made, template) : template;
}

/** A commit or a version that brings nothing new is not worth another line in the lock. */
function asRecorded({ lock: { template } }: Named, offered: Template): Template {
  const { source, commit, package: version, integrity } = template;
  const { pinned: _, ...rest } = offered;
  if (commit !== undefined) return { ...rest, source, pinned: { commit } };
  return version !== undefined && integrity !== undefined ? { ...rest, source, pinned: { package: version, integrity } } : offered;
}

interface Asked {
  readonly made: Named;
  readonly to: string | undefined;
  readonly shelf: Shelf;
  readonly runtime: Runtime;
}

interface Offer {
  readonly template: Template;
  /** It is named as what the service was made from, and such a name never means anything else. */
  readonly fixed: boolean;
}

async function offerOf(asked: Asked): Promise<Offer> {
  const { made, shelf, runtime } = asked;
  const { name, source: recorded } = made.lock.template;
  const source = parseRecorded({ name, source: recorded, file: join(made.folder, LOCK_PATH) });
  if (source.kind === 'git') return offerOfGit(source, asked);
  if (source.kind === 'npm') return offerOfNpm(source, asked);
  return { template: await readSource(source, { shelf, from: made.folder }, runtime), fixed: false };
}

async function offerOfGit(source: GitName, asked: Asked): Promise<Offer> {
  const { shelf, runtime } = asked;
  const { readGit } = await import('../template/sources/git/read.ts');
  const { ref, isTag } = await chosenRef(source, asked);
  const template = await readGit({ ...source, ref }, shelf, runtime);
  const fixed = isCommit(ref) || (isTag && ref !== undefined && versionTag(ref) !== undefined);
  return { template, fixed: fixed && template.source === printSource(source) };
}

interface Chosen {
  readonly ref: string | undefined;
  readonly isTag: boolean;
}

async function chosenRef(source: GitName, { made, to, shelf, runtime }: Asked): Promise<Chosen> {
  const { url, ref } = source;
  if (isCommit(ref) && to === undefined) {
    await shelf.once(`pinned ${printSource(source)}`, async () => tellPinned(source, runtime));
    return { ref, isTag: false };
  }
  const { readGit, remoteAt, tagsAtHand } = await import('../template/sources/git/read.ts');
  const remote = await remoteAt(url, shelf, runtime);
  // A branch may be called as a version is.
  const isFollowed = ref === undefined || isCommit(ref) || (!remote.tags.has(ref) && remote.branches.has(ref));
  const current = isFollowed ? undefined : versionTag(ref);
  if (to !== undefined) {
    if (isFollowed && (await readGit(source, shelf, runtime)).manifest.version === coreOf(to)) return { ref, isTag: false };
    const named = tagsFor(to, { current, template: made.lock.template.name }).find((tag) => remote.tags.has(tag));
    if (current && named === undefined) throw noSuchVersion(to, { source, versions: versionsOf(current, [...remote.tags.keys()]) });
    return { ref: named ?? ref, isTag: named !== undefined };
  }
  const newest = current && newestOfSeries(current, await tagsAtHand(remote, runtime));
  return { ref: newest?.tag ?? ref, isTag: current !== undefined };
}

function tellPinned(source: GitName, { emit }: Runtime): void {
  const text = `${printSource({ ...source, ref: undefined })} stays at commit ${source.ref?.slice(0, 12)}, which is pinned; --to takes another version`;
  emit({ id: `pinned ${source.url}`, state: 'done', text });
}

/** Versions shown of a long history. */
const SHOWN = 8;

function noSuchVersion(to: string, { source, versions }: { readonly source: GitName; readonly versions: readonly string[] }): SvcError {
  return new SvcError('template/not-found', `There is no version ${to} in ${printSource({ ...source, ref: undefined })}`, {
    hint:
      versions.length > 0 ? `There are: ${versions.slice(0, SHOWN).join(', ')}` : 'It has no version tags any more: ask who publishes it',
  });
}

async function offerOfNpm(source: NpmName, asked: Asked): Promise<Offer> {
  const { made, to, shelf, runtime } = asked;
  const { readNpm } = await import('../template/sources/npm/read.ts');
  const isExact = source.range !== undefined && coreOf(source.range) !== undefined;
  const template =
    to !== undefined
      ? await readNpm({ ...source, range: to }, shelf, runtime)
      : isExact
        ? await newestPackage(source, asked)
        : await readNpm(source, shelf, runtime);
  return { template, fixed: packageOf(template) === made.lock.template.package };
}

/** The newest of all; never an older one than the service has, which is a pre-release then. */
async function newestPackage(source: NpmName, { shelf, runtime }: Asked): Promise<Template> {
  const { readNewest, readNpm } = await import('../template/sources/npm/read.ts');
  const newest = await readNewest(source, shelf, runtime);
  const version = packageOf(newest) ?? '';
  if (source.range !== undefined && isOlder(version, source.range)) return readNpm(source, shelf, runtime);
  return { ...newest, source: printSource({ ...source, range: version }) };
}

function packageOf({ pinned }: Template): string | undefined {
  return pinned && 'package' in pinned ? pinned.package : undefined;
}

function refuseBackwards(to: string, { name, lock: { template } }: Named): void {
  const core = coreOf(to);
  if (core === undefined) {
    throw new SvcError('input/invalid', `${JSON.stringify(to)} is no version`, { hint: 'Write: svc upgrade --to 1.5.0' });
  }
  if (compareVersions(core, template.version) >= 0) return;
  throw new SvcError('input/invalid', `${name} was made from ${template.name} ${template.version}: ${to} is older`, {
    hint: 'An upgrade goes forward only; to go back, take the service from an earlier commit',
  });
}

function refuseChanged({ name, lock }: Named, { digest, source, pinned }: Template): void {
  const recorded = lock.template;
  if (digest === recorded.digest) return;
  const from = recorded.commit ?? recorded.integrity;
  const now = pinned && ('commit' in pinned ? pinned.commit : pinned.integrity);
  const lines = [
    `${source} is not what ${name} was made from:`,
    `  then  ${recorded.digest}${from === undefined ? '' : `  ${from}`}`,
    `  now   ${digest}${now === undefined ? '' : `  ${now}`}`,
  ];
  throw new SvcError('template/changed', lines.join('\n'), {
    hint: 'A version never changes: ask who publishes the template whether this was meant, and to publish the change as a new version',
  });
}

function otherVersion(to: string, { lock }: Named, { manifest, source }: Template): SvcError {
  const where = source === 'bundled' ? 'the one that this svckit brings along' : source;
  return new SvcError('template/not-found', `There is no version ${to} of ${lock.template.name}: ${where} is ${manifest.version}`, {
    hint: source === 'bundled' ? 'Take another svckit, or leave --to out' : `Leave --to out, or write: --to ${manifest.version}`,
  });
}

function older({ name, folder, lock: { template } }: Named, { manifest, source }: Template): SvcError {
  const found = `${name} was made from ${template.name} ${template.version}, and here is only ${manifest.version}`;
  const isFolder = template.source !== 'bundled' && !('commit' in template) && !('package' in template);
  const newer =
    source === 'bundled' ? 'Take a newer svckit' : `Take a newer template: ${isFolder ? join(folder, template.source) : source}`;
  return new SvcError('template/not-found', found, { hint: newer });
}
