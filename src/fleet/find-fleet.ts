import { counted } from '../document/counted.ts';
import { SvcError } from '../errors.ts';
import { inLanes } from '../plan/lanes.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Change } from './change.ts';
import { commitFiles } from './commit-files.ts';
import { type BrokenService, discover, type Grouping } from './discover.ts';
import type { Forge, ForgeAddress } from './forge/forge.ts';
import { forgeOf, forges } from './forge/forges.ts';
import { gitRoots, type Home, localHome, type Remote, remoteHome, settingsOf } from './repositories.ts';
import { type Place, placesIn, type Where } from './where.ts';

export interface FindOrder {
  readonly where: Where;
  readonly per: Grouping;
  readonly branchPrefix: string;
  /** Whether a repository of this machine is worked on at its remote, where a forge is known to be there. */
  readonly push: boolean;
  /** The server of a company, for addresses that do not tell which kind they are. */
  readonly forge: ForgeAddress | undefined;
  readonly lanes: number;
}

/** A part of the fleet that could not be read. */
export type Unread = Omit<BrokenService, 'prefix'> & { readonly prefix?: string };

export interface Fleet {
  /** In an order that is the same in every run. */
  readonly changes: readonly { readonly change: Change; readonly home: Home }[];
  readonly unread: readonly Unread[];
}

/**
 * Reads every repository of a fleet at its last commit. One that cannot be read is told of, and the rest goes on.
 * @throws SvcError of `placesIn`: where the fleet itself cannot be found
 */
export async function findFleet(order: FindOrder, runtime: Runtime): Promise<Fleet> {
  const forgeAt = forges(runtime);
  const places = await placesIn(order.where, forgeAt, runtime);
  const folders = await inLanes(places, (place) => sitesIn(place, runtime), order.lanes);
  const sites = [...new Map(folders.flat().map((site) => [JSON.stringify(site), site])).values()];
  const many = counted(sites.length, 'repository', 'repositories');
  let read = 0;
  const readOne = async (site: Site) => {
    const part = runtime.signal.aborted ? EMPTY : await readSite(site, { ...order, forgeAt }, runtime);
    read += 1;
    runtime.emit({ id: 'fleet', state: 'update', text: `Reading ${many}: ${read} done` });
    return part;
  };
  runtime.emit({ id: 'fleet', state: 'start', text: `Reading ${many}` });
  const found = await inLanes(sites, readOne, order.lanes);
  runtime.emit({ id: 'fleet', state: 'done', text: `Read ${many}` });
  const changes = found.flatMap((part) => part.changes).sort((a, b) => (a.change.id < b.change.id ? -1 : 1));
  return { changes, unread: found.flatMap((part) => part.unread) };
}

const EMPTY: Fleet = { changes: [], unread: [] };

/** A place with one repository, or a service in none. */
type Site =
  | { readonly kind: 'git'; readonly root: string; readonly folder: string }
  | { readonly kind: 'bare-folder'; readonly folder: string }
  | Exclude<Place, { kind: 'folder' }>;

async function sitesIn(place: Place, runtime: Runtime): Promise<readonly Site[]> {
  if (place.kind !== 'folder') return [place];
  const folder = (await runtime.fs.realPath(place.folder)) ?? place.folder;
  if ((await runtime.fs.info(folder))?.kind !== 'folder') return [{ kind: 'bare-folder', folder }];
  const roots = await gitRoots(folder, runtime);
  return roots.map(({ root, isGit }) => (isGit ? { kind: 'git', root, folder } : { kind: 'bare-folder', folder: root }));
}

type Reading = FindOrder & { readonly forgeAt: (address: ForgeAddress) => Forge };

async function readSite(site: Site, order: Reading, runtime: Runtime): Promise<Fleet> {
  const shown = shownAs(site, order.forge);
  try {
    const home = await homeOf(site, shown, order, runtime);
    if (!home) return EMPTY;
    const files = await commitFiles(home, runtime);
    const { changes, broken } = await discover(files, { repository: home.shown, id: home.id, per: order.per, below: home.below }, runtime);
    return { changes: changes.map((change) => ({ change, home })), unread: broken };
  } catch (error) {
    if (!(error instanceof SvcError)) throw error;
    return { changes: [], unread: [{ name: shown, repository: shown, reason: error.message, hint: error.hint }] };
  }
}

/** Undefined where there is no commit to start from. */
async function homeOf(site: Site, shown: string, order: Reading, runtime: Runtime): Promise<Home | undefined> {
  switch (site.kind) {
    case 'bare-folder':
      throw noRepository(site.folder, (await runtime.fs.info(site.folder)) !== undefined);
    case 'repository': {
      const { repository } = site;
      if (repository.defaultBranch === undefined) return undefined;
      const remote: Remote = { url: repository.cloneUrl, forge: { forge: order.forgeAt(site.forge), repository } };
      return remoteHome(remote, { shown, branchPrefix: order.branchPrefix }, runtime);
    }
    case 'url':
      return remoteHome(await remoteAt(site.url, order), { shown, branchPrefix: order.branchPrefix }, runtime);
    case 'git':
      return homeOnDisk(site, order, runtime);
  }
}

/** What is on a forge is proposed there, from the default branch, and not from what happens to be checked out here. */
async function homeOnDisk(
  { root, folder }: { readonly root: string; readonly folder: string },
  order: Reading,
  runtime: Runtime,
): Promise<Home> {
  const { author, origin } = await settingsOf({ folder: root }, runtime);
  const known = origin === undefined || !order.push ? undefined : forgeOf(origin, order.forge);
  const local = await localHome(root, { folder, author }, runtime);
  if (origin === undefined || !known) return local;
  const remote = await remoteAt(origin, order);
  const home = await remoteHome(remote, { shown: known.path, branchPrefix: order.branchPrefix }, runtime);
  return { ...home, below: local.below };
}

async function remoteAt(url: string, { forgeAt, forge: own }: Reading): Promise<Remote> {
  const known = forgeOf(url, own);
  if (!known) return { url, forge: undefined };
  const forge = forgeAt(known.address);
  const repository = await forge.repository(known.path);
  return { url: repository.cloneUrl, forge: { forge, repository } };
}

function shownAs(site: Site, own: ForgeAddress | undefined): string {
  if (site.kind === 'repository') return site.repository.path;
  if (site.kind === 'url') return forgeOf(site.url, own)?.path ?? site.url;
  return site.kind === 'git' ? site.root : site.folder;
}

function noRepository(folder: string, isThere: boolean): SvcError {
  if (!isThere) return new SvcError('input/invalid', `There is no folder ${folder}`, { hint: 'Mend the list, or make the folder' });
  return new SvcError('input/invalid', `${folder} is in no git repository: there is no branch to put its upgrade on`, {
    hint: `Upgrade it where it is: svc upgrade "${folder}"`,
  });
}
