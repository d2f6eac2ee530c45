import type { Runtime } from '../../runtime/runtime.ts';
import type { Forge, ForgeAddress, ForgeKind } from './forge.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';

const ADAPTERS: Readonly<Record<ForgeKind, (address: ForgeAddress, runtime: Runtime) => Forge>> = { github, gitlab, gitea };

const PUBLIC: readonly ForgeAddress[] = [
  { kind: 'github', url: 'https://github.com' },
  { kind: 'gitlab', url: 'https://gitlab.com' },
];

/** The adapter of each server, made once for a run: tokens are kept in it. */
export function forges(runtime: Runtime): (address: ForgeAddress) => Forge {
  const known = new Map<string, Forge>();
  return (address) => {
    const forge = known.get(address.url) ?? ADAPTERS[address.kind](address, runtime);
    known.set(address.url, forge);
    return forge;
  };
}

/**
 * The forge that a git address is on, and the repository as the forge names it. Undefined where no forge is known to be there.
 * @param own the server of a company, where the user named one
 */
export function forgeOf(url: string, own: ForgeAddress | undefined): { readonly address: ForgeAddress; readonly path: string } | undefined {
  for (const address of own ? [own, ...PUBLIC] : PUBLIC) {
    const path = pathOn(url, address);
    if (path !== undefined) return { address, path };
  }
  return undefined;
}

/** `shop/orders` of `https://git.example.com/shop/orders.git`, `ssh://git@…/shop/orders`, `git@…:shop/orders.git`. */
function pathOn(url: string, address: ForgeAddress): string | undefined {
  const server = new URL(address.url);
  const short = /^[^/\s]+@([^/:\s]+):(.+)$/.exec(url);
  const long = !short && URL.canParse(url) ? new URL(url) : undefined;
  const overSsh = short !== null || long?.protocol === 'ssh:';
  if (overSsh ? (short?.[1] ?? long?.hostname) !== server.hostname : long?.host !== server.host) return undefined;
  // Addresses of ssh do not hold the path that a server is mounted below.
  const mount = overSsh ? '' : server.pathname.replace(/\/$/, '');
  const path = short?.[2] ?? (long?.pathname.startsWith(`${mount}/`) ? long.pathname.slice(mount.length) : '');
  const parts = path
    .replace(/\.git\/?$/, '')
    .split('/')
    .filter((part) => part !== '');
  return parts.length >= 2 ? parts.join('/') : undefined;
}
