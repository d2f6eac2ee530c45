import { isAbsolute } from 'node:path';
import { SvcError } from '../../errors.ts';
import { unsafeReason } from '../../plan/path.ts';
import { readGitUrl } from './git-url.ts';
import type { NameFault } from './name-fault.ts';

/** Where a template comes from, as a user names it and as a lock records it. */
export type SourceName = BundledName | FolderName | GitName | NpmName;

export interface BundledName {
  readonly kind: 'bundled';
  readonly name: string;
}

export interface FolderName {
  readonly kind: 'folder';
  /** As it was written: absolute, or relative to wherever it was written. */
  readonly path: string;
}

export interface GitName {
  readonly kind: 'git';
  /** In one spelling: `github:org/repo` is its https URL here. */
  readonly url: string;
  /** The template's folder in the repository; empty where it is the root. */
  readonly folder: string;
  /** A tag, a branch or a full commit id; undefined stands for the default branch. */
  readonly ref: string | undefined;
}

export interface NpmName {
  readonly kind: 'npm';
  readonly name: string;
  /** A version, a range or a dist-tag; undefined stands for `latest`. */
  readonly range: string | undefined;
}

/**
 * What a user names where a template is wanted. Anything that is no folder, git or npm name counts as the name of a bundled template.
 * @throws SvcError input/invalid
 */
export function parseSource(text: string): SourceName {
  const found = remoteName(text) ?? localName(text);
  if (!('reason' in found)) return found;
  throw new SvcError('input/invalid', `${shown(text)} cannot be a template: ${found.reason}`, { hint: found.hint });
}

/**
 * What a lock records as its source: `bundled`, a folder as seen from the service, or a git or npm name. It comes from a repository,
 * and so from strangers.
 * @param lock the lock's template, and its file for messages
 * @throws SvcError template/invalid
 */
export function parseRecorded({
  name,
  source,
  file,
}: {
  readonly name: string;
  readonly source: string;
  readonly file: string;
}): SourceName {
  if (source === 'bundled') return { kind: 'bundled', name };
  const found = remoteName(source) ?? { kind: 'folder' as const, path: source };
  if (!('reason' in found)) return found;
  throw new SvcError('template/invalid', `${file}: the source ${shown(source)} cannot be a template: ${found.reason}`, {
    hint: found.hint,
  });
}

/** Quoted, and without what may be a password. */
function shown(text: string): string {
  const [user, kept] = text.includes('://') ? [/:\/\/[^@/]*@/, '://…@'] : [/^(?!npm:)[^@/]*:[^@]*@/, '…@'];
  return JSON.stringify(text.replace(user, kept));
}

/** The one spelling of a source that a lock records. */
export function printSource(source: SourceName): string {
  switch (source.kind) {
    case 'bundled':
      return 'bundled';
    case 'folder':
      return source.path;
    case 'npm':
      return `npm:${source.name}${source.range === undefined ? '' : `@${source.range}`}`;
    case 'git':
      return `${source.url}${source.folder && `//${source.folder}`}${source.ref === undefined ? '' : `#${source.ref}`}`;
  }
}

/** A full commit id of either of git's object formats. */
export function isCommit(ref: string | undefined): ref is string {
  return ref !== undefined && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(ref);
}

function localName(text: string): SourceName {
  return isAbsolute(text) || /^\.{1,2}([\\/]|$)/.test(text) ? { kind: 'folder', path: text } : { kind: 'bundled', name: text };
}

/** Undefined where the text is neither a git nor an npm name, nor looks like one. */
function remoteName(text: string): GitName | NpmName | NameFault | undefined {
  if (!/^(npm|github|gitlab):|^[\w+.-]+:\/\/|^[\w+.-]+::|^[^\s/\\]+@[^\s/\\:]+:/i.test(text)) return undefined;
  if (/[\p{C}\s\\]/u.test(text.replaceAll(/^npm:| /g, ''))) return fault('it holds a space, a backslash or an invisible character');
  return text.startsWith('npm:') ? npmName(text.slice('npm:'.length)) : gitName(text);
}

/** `npm:@acme/template-http@^1.4.0`. https://docs.npmjs.com/cli/v11/configuring-npm/package-json#name */
const PACKAGE = /^((?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*)(?:@(.+))?$/;
/** A version, a range or a dist-tag, and nothing that npm takes for a file, a URL or another package. */
const RANGE = /^[\w.^~<>=*][\w.^~<>=*+| -]*$/;

function npmName(text: string): NpmName | NameFault {
  const [, name, range] = PACKAGE.exec(text) ?? [];
  if (name === undefined || name.length > 214) return fault('that is no name of a package', NPM_FORM);
  if (range !== undefined && !RANGE.test(range)) return fault('behind the package there is no version, range or dist-tag', NPM_FORM);
  return { kind: 'npm', name, range };
}

function gitName(text: string): GitName | NameFault {
  const [address = '', ...refs] = text.split('#');
  const ref = refs.length > 0 ? refs.join('#') : undefined;
  const found = readGitUrl(address);
  if ('reason' in found) return found;
  const { url, folder } = found;
  const unsafe = folder === undefined ? undefined : unsafeReason(folder);
  if (unsafe !== undefined) return fault(`of the folder after "//", ${unsafe}`);
  const badRef = ref === undefined ? undefined : refFault(ref);
  return badRef ? fault(badRef) : { kind: 'git', url, folder: folder ?? '', ref };
}

const LONGEST_REF = 200;

/** What git allows as the name of a branch or a tag: `git help check-ref-format`. */
function refFault(ref: string): string | undefined {
  if (ref === '' || ref.length > LONGEST_REF) return 'after "#" a tag, a branch or a commit has to follow';
  if (ref.startsWith('-')) return `"${ref}" cannot be a tag or branch: it begins with a dash`;
  const wrong = /[ ~^:?*[\\]|\.\.|@\{|\/\/|^[./]|\/\.|[./]$|\.lock(\/|$)|^@$/.test(ref);
  return wrong ? `"${ref}" cannot be a tag or branch of git` : undefined;
}

const NPM_FORM = 'Write: npm:@acme/template-http, npm:@acme/template-http@1.4.0 or npm:@acme/template-http@^1.4.0';
const GIT_FORM = 'Write: https://host/org/repo.git, git@host:org/repo.git or github:org/repo; then //folder and #tag as needed';

function fault(reason: string, hint: string = GIT_FORM): NameFault {
  return { reason, hint };
}
