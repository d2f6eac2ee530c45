import type { Entry } from '../routes/compile.ts';
import type { PathChange, Redirect } from '../routes/types.ts';

/** A path with its change made; of a prefix, what follows it stays. */
export function changedPath(path: string, change: PathChange | undefined, prefix: string): string {
  if (!change) return path;
  if (change.type === 'ReplaceFullPath') return change.replaceFullPath;
  return joined(change.replacePrefixMatch, prefix === '/' ? path : path.slice(prefix.length));
}

/** Exactly one slash between the two, and never an empty path. */
function joined(base: string, rest: string): string {
  const head = base.replace(/\/$/, '');
  if (rest === '' || rest === '/') return head === '' ? '/' : head + rest;
  return head + (rest.startsWith('/') ? rest : `/${rest}`);
}

/** A `Location` of a backend as its client can follow it: the rewrite of the prefix, undone. */
export function clientLocation(location: string, entry: Entry): string {
  if (entry.target.rewrite.path?.type !== 'ReplacePrefixMatch' || !location.startsWith('/') || location.startsWith('//')) return location;
  return clientPath(location, entry) ?? location;
}

/** The path by which a client reaches a backend's path through a route; undefined where it does not. */
export function clientPath(inner: string, { path, exact, target }: Entry): string | undefined {
  const change = target.rewrite.path;
  if (change?.type === 'ReplaceFullPath') return inner === change.replaceFullPath && exact ? path : undefined;
  if (exact) return inner === path ? path : undefined;
  const base = (change?.replacePrefixMatch ?? path).replace(/\/$/, '');
  const below = inner === base || ['/', '?'].some((next) => inner.startsWith(base + next));
  return below ? joined(path, inner.slice(base.length)) : undefined;
}

/** Where a redirect leads; what it does not name stays as it was asked. */
export function redirectLocation(
  redirect: Redirect,
  asked: { readonly path: string; readonly query: string; readonly host: string },
  prefix: string,
): string {
  const { scheme = 'http', hostname, port, path } = redirect;
  const [askedName = '', askedPort] = asked.host.split(/:(?=\d+$)/);
  const shownPort = port ?? (redirect.scheme || hostname ? undefined : askedPort);
  const standard = String(shownPort) === (scheme === 'https' ? '443' : '80');
  const authority = (hostname ?? askedName) + (shownPort === undefined || standard ? '' : `:${shownPort}`);
  return `${scheme}://${authority}${changedPath(asked.path, path, prefix)}${asked.query === '' ? '' : `?${asked.query}`}`;
}
