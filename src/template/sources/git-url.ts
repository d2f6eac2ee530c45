import type { NameFault } from './name-fault.ts';

/** The address of a repository, and the folder in it where one was named after `//`. */
export interface GitAddress {
  readonly url: string;
  readonly folder: string | undefined;
}

const SHORT: Readonly<Record<string, string>> = { github: 'https://github.com', gitlab: 'https://gitlab.com' };

const HOST = /^([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/i;
/** A dash in front would be an option of ssh. */
const USER = /^[a-z0-9_][a-z0-9_.-]*$/i;
/** A connection that does not leave the machine needs no encryption. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

const FORM = 'Write: https://host/org/repo.git, ssh://git@host/org/repo.git, git@host:org/repo.git, file:///path or github:org/repo';
const NO_CREDENTIALS =
  'Leave user and password out: git asks the credential helper that you have set up (git help credentials), or use an ssh key';

/** Takes the address of a repository apart, and brings it into one spelling. Nothing but what is understood here ever reaches git. */
export function readGitUrl(address: string): GitAddress | NameFault {
  const [, short = '', shortPath = ''] = /^(github|gitlab):(?!\/\/)(.*)$/.exec(address) ?? [];
  if (short !== '') return shortForm(short, shortPath);
  const [, scheme = '', authority = '', path = ''] = /^(\w[\w+.-]*):\/\/([^/]*)(.*)$/.exec(address) ?? [];
  if (scheme !== '') return longForm(scheme.toLowerCase(), authority, path);
  const [, user = '', host = '', remotePath = ''] = /^([^@/]+)@([^:/]+):(.+)$/.exec(address) ?? [];
  return user === '' ? fault('no such way to reach a repository is allowed') : sshForm({ user, host }, remotePath);
}

function shortForm(short: string, path: string): GitAddress | NameFault {
  const { repository, folder } = split(path);
  const names = repository.replace(/\.git$/, '').split('/');
  const enough = short === 'github' ? names.length === 2 : names.length >= 2;
  if (!enough || !names.every((name) => /^[a-z0-9_][\w.-]*$/i.test(name))) return fault(`${short}: needs an owner and a repository`);
  return { url: `${SHORT[short]}/${names.join('/')}.git`, folder };
}

function longForm(scheme: string, authority: string, path: string): GitAddress | NameFault {
  const { repository, folder } = split(path);
  const wrong = authorityFault(scheme, authority) ?? pageFault(`${scheme}://${authority}`, path) ?? pathFault(repository);
  return wrong ?? { url: `${scheme}://${withPlainHost(authority)}${repository}`, folder };
}

/** `git@host:org/repo.git`: not the same as `ssh://`, where the path begins at the server's root. */
function sshForm({ user, host }: { readonly user: string; readonly host: string }, path: string): GitAddress | NameFault {
  if (user.includes(':')) return { reason: 'it holds a password', hint: NO_CREDENTIALS };
  const { repository, folder } = split(path);
  if (!USER.test(user) || !HOST.test(host) || repository.startsWith('-')) return fault('its user, host or path is not right');
  return pathFault(repository) ?? { url: `${user}@${host.toLowerCase()}:${repository}`, folder };
}

/** Only the host is the same in either case. */
function withPlainHost(authority: string): string {
  const at = authority.lastIndexOf('@') + 1;
  return `${authority.slice(0, at)}${authority.slice(at).toLowerCase()}`;
}

function authorityFault(scheme: string, authority: string): NameFault | undefined {
  const [, user, host = '', port] = /^(?:(.*)@)?(\[[^\]]*\]|[^:@]*)(?::(\d{1,5}))?$/.exec(authority) ?? [];
  switch (scheme) {
    case 'file':
      return authority === '' ? undefined : fault('file:// takes a path of this machine: file:///path');
    case 'ssh':
      if (user?.includes(':')) return { reason: 'it holds a password', hint: NO_CREDENTIALS };
      return HOST.test(host) && (user === undefined || USER.test(user)) ? undefined : fault('its user or host is not right');
    case 'http':
    case 'https':
      if (authority.includes('@')) return { reason: 'it holds a user or a password', hint: NO_CREDENTIALS };
      if (!HOST.test(host)) return fault(`its host${port === undefined ? '' : ' or port'} is not right`);
      return scheme === 'https' || LOOPBACK.test(host) ? undefined : fault('http can be changed on the way: use https');
    default:
      return fault(`git is not asked to use ${scheme}`);
  }
}

/** What a browser shows of a folder at a tag or branch, on GitHub, Gitea and GitLab. */
const PAGE = /^(\/[^/]+\/[^/]+|\/.+(?=\/-\/))(?:\/-)?\/(?:tree|blob|src\/branch|src\/tag)\/([^/]+)(?:\/(.+))?$/;

function pageFault(server: string, path: string): NameFault | undefined {
  const [, repository, ref, folder] = PAGE.exec(path) ?? [];
  if (repository === undefined) return undefined;
  return { reason: 'it is the address of a page', hint: `Write: ${server}${repository}.git${folder ? `//${folder}` : ''}#${ref}` };
}

/** What would be another path once it is decoded, or lead to another repository than it says. */
function pathFault(path: string): NameFault | undefined {
  if (path.replaceAll('/', '') === '') return fault('it names no repository');
  if (/[?]/.test(path)) return fault('it holds a question mark');
  const wrong = path.split('/').some((name) => isWrong(decoded(name)));
  return wrong ? fault('its path holds "..", or something that is written with % and should not be there') : undefined;
}

function isWrong(name: string | undefined): boolean {
  return name === undefined || name === '.' || name === '..' || /[/\\%]|\p{C}/u.test(name);
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

/** The first `//` of a path begins the folder in the repository; slashes at the end say nothing. */
function split(path: string): { readonly repository: string; readonly folder: string | undefined } {
  const at = path.indexOf('//');
  if (at < 0) return { repository: path.replace(/\/$/, ''), folder: undefined };
  return { repository: path.slice(0, at), folder: path.slice(at + 2).replace(/\/$/, '') };
}

function fault(reason: string): NameFault {
  return { reason, hint: FORM };
}
