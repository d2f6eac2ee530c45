import { dirname, resolve } from 'node:path';
import { SvcError } from '../errors.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { FORGES, type Forge, type ForgeAddress, type RemoteRepository } from './forge/forge.ts';

/** What a user names a fleet by: a folder or a list file of this machine, or an organisation of a forge. */
export type Where =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'organisation'; readonly forge: ForgeAddress; readonly owner: string };

/** One thing to look into: a folder of this machine, a repository that git can clone, or one that a forge told of. */
export type Place =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'repository'; readonly forge: ForgeAddress; readonly repository: RemoteRepository };

/** The servers that an organisation without an address is on; Gitea has none of its own. */
const PUBLIC_SERVERS = { github: 'https://github.com', gitlab: 'https://gitlab.com', gitea: undefined } as const;

/**
 * Reads `github:shop`, `gitlab:shop/backend`, `gitea:https://git.example.com/shop`; everything else is a path.
 * @throws SvcError input/invalid
 */
export function parseWhere(text: string, cwd: string): Where {
  const kind = FORGES.find((each) => text.startsWith(`${each}:`));
  if (kind === undefined) return { kind: 'path', path: resolve(cwd, text) };
  const rest = text.slice(kind.length + 1).replace(/\/+$/, '');
  if (!/^https?:\/\//.test(rest)) {
    const url = PUBLIC_SERVERS[kind];
    if (url === undefined)
      throw unreadable(text, 'the address of the server is missing', `${kind}:https://git.example.com/${rest || 'shop'}`);
    return { kind: 'organisation', forge: { kind, url }, owner: ownerName(rest, text) };
  }
  const { origin, pathname } = parsedUrl(rest, text);
  // A group of GitLab may be in another; elsewhere what stands before the organisation is where the server is mounted.
  const parts = pathname.split('/').filter((part) => part !== '');
  const mount = kind === 'gitlab' ? [] : parts.slice(0, -1);
  const owner = parts.slice(mount.length).join('/');
  return { kind: 'organisation', forge: { kind, url: [origin, ...mount].join('/') }, owner: ownerName(owner, text) };
}

/**
 * What is there to look into. A folder stands for itself: what services are in it is for its reader to find.
 * @param forgeAt the adapter of a server, for organisations
 * @throws SvcError input/invalid where there is no such path or a line of a list cannot be read; those of the forge
 */
export async function placesIn(where: Where, forgeAt: (address: ForgeAddress) => Forge, runtime: Runtime): Promise<readonly Place[]> {
  if (where.kind === 'organisation') {
    const { forge, owner } = where;
    return (await forgeAt(forge).repositories(owner)).map((repository) => ({ kind: 'repository', forge, repository }));
  }
  const { path } = where;
  const kind = (await runtime.fs.info((await runtime.fs.realPath(path)) ?? path))?.kind;
  if (kind === 'folder') return [{ kind: 'folder', folder: path }];
  const text = kind === 'file' ? await runtime.fs.readText(path) : undefined;
  if (text !== undefined) return parseList(text, path);
  throw new SvcError('input/invalid', `There is no folder and no list at ${path}`, {
    hint: 'Name a folder, a file with a path or git URL a line, or an organisation: github:shop, gitea:https://git.example.com/shop',
  });
}

/**
 * A list of repositories: a path (from the list's folder) or a git URL a line; `#` begins a comment, empty lines are nothing.
 * @param file absolute path of the list, as complaints name it
 * @throws SvcError input/invalid naming every line that is wrong
 */
export function parseList(text: string, file: string): readonly Place[] {
  const lines = text.split(/\r?\n/).map((line, index) => ({ line: index + 1, entry: line.replace(/(^|\s)#.*$/, '').trim() }));
  const places: Place[] = [];
  const complaints: string[] = [];
  for (const { line, entry } of lines.filter((each) => each.entry !== '')) {
    const complaint = isUrl(entry) ? urlComplaint(entry) : undefined;
    if (complaint !== undefined) complaints.push(`${file}:${line}: ${complaint}`);
    else places.push(isUrl(entry) ? { kind: 'url', url: entry } : { kind: 'folder', folder: resolve(dirname(file), entry) });
  }
  if (complaints.length === 0) return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()];
  throw new SvcError('input/invalid', complaints.join('\n'), { hint: `Mend ${file}: a path or a git URL a line` });
}

/** `https://…`, `ssh://…`, `file://…`, and git's short form `git@host:shop/orders.git`. */
function isUrl(entry: string): boolean {
  return /^[a-z][a-z0-9+.-]*::?\/?\//i.test(entry) || /^[^/\\\s]+@[^/\\\s]+:/.test(entry) || /^[a-z0-9+.-]+::/i.test(entry);
}

/** Why git must not be given this address, or undefined. Helpers (`ext::`) would run a program. */
function urlComplaint(url: string): string | undefined {
  if (/^[\w.-]+@[\w.-]+:[^:\s-][^\s]*$/.test(url)) return undefined;
  if (!/^(https?|ssh|file):\/\/\S+$/i.test(url)) return `${url} is no address that svc clones from: https, ssh or file`;
  const { password, username, protocol } = new URL(url);
  const hidesSecret = password !== '' || (username !== '' && protocol !== 'ssh:');
  return hidesSecret ? 'credentials do not belong in an address: give the token in the environment' : undefined;
}

function parsedUrl(text: string, whole: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && url.username === '' && url.password === '') return url;
  throw unreadable(whole.replace(/\/\/[^/@]*@/, '//…@'), 'that is no plain address', 'gitea:https://git.example.com/shop');
}

function ownerName(owner: string, text: string): string {
  if (/^[\w.-]+(\/[\w.-]+)*$/.test(owner) && !owner.split('/').some((part) => /^\.+$/.test(part))) return owner;
  throw unreadable(
    text,
    owner === '' ? 'the organisation is missing' : 'that is no name of an organisation',
    'github:shop, gitea:https://git.example.com/shop',
  );
}

function unreadable(text: string, reason: string, example: string): SvcError {
  return new SvcError('input/invalid', `${text}: ${reason}`, { hint: `Write: ${example}` });
}
