import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SHARED_FOLDERS, sharedFolder } from './binaries.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { canReach, type ServerUser } from './server-user.ts';

/** A data folder that `initdb` has finished, with the superuser's password. */
export interface Cluster {
  /** What PostgreSQL calls PGDATA. */
  readonly data: string;
  readonly password: string;
}

const SUPERUSER = 'postgres';

/** Sorting by code point and UTF-8 case rules, the same on every machine: no locale of the system's is asked. */
const INITDB = [
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--auth=scram-sha-256',
  '--no-instructions',
];

/**
 * The cluster in `folder`, made where there is none. It is made under another name and appears in one step together with its
 * password, so a run that is killed half-way leaves no half cluster: the next one sweeps it away and starts afresh.
 */
export async function clusterIn(folder: string, initdb: string, user: ServerUser | undefined): Promise<Cluster> {
  const cluster = join(folder, 'cluster');
  if (!(await isMade(cluster))) await makeCluster(folder, initdb, user);
  const password = await readFile(join(cluster, 'password'), 'utf8');
  return { data: join(cluster, 'data'), password: password.trim() };
}

/**
 * The folder in which the server can work: `dataDir` itself, or where its user cannot get there (root's home is closed to others)
 * a folder of root's that it can. A random name in `dataDir` says which, so that a `dataDir` made anew gets a new cluster.
 */
export async function reachableFolder(dataDir: string, user: ServerUser | undefined): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: user === undefined ? 0o700 : 0o711 });
  if (await canEnter(dataDir, user)) return dataDir;
  const folder = join(await sharedFolder(), `data-${await placeOf(dataDir)}`);
  await mkdir(folder, { recursive: true, mode: 0o711 });
  return folder;
}

/** Removes a data folder, and what stands for it where the server could not reach it. Its server must have ended. */
export async function removeCluster(dataDir: string): Promise<void> {
  const place = await readFile(join(dataDir, 'place'), 'utf8').catch(() => '');
  const elsewhere = /^[0-9a-f]{32}$/.test(place.trim()) ? SHARED_FOLDERS.map((shared) => join(shared, `data-${place.trim()}`)) : [];
  for (const folder of [...elsewhere, dataDir]) await rm(folder, { recursive: true, force: true });
}

async function canEnter(folder: string, user: ServerUser | undefined): Promise<boolean> {
  if (user === undefined) return true;
  const probe = join(folder, `.reachable-${process.pid}`);
  await writeFile(probe, '', { mode: 0o444 });
  try {
    return await canReach(probe, user);
  } finally {
    await rm(probe, { force: true });
  }
}

async function placeOf(dataDir: string): Promise<string> {
  const file = join(dataDir, 'place');
  await writeFile(file, randomBytes(16).toString('hex'), { flag: 'wx' }).catch(ignoreExisting);
  return (await readFile(file, 'utf8')).trim();
}

async function isMade(cluster: string): Promise<boolean> {
  return readFile(join(cluster, 'password')).then(
    () => true,
    () => false,
  );
}

async function makeCluster(folder: string, initdb: string, user: ServerUser | undefined): Promise<void> {
  await sweep(folder);
  const making = join(folder, `making-${process.pid}-${randomBytes(4).toString('hex')}`);
  const data = join(making, 'data');
  const password = randomBytes(24).toString('hex');
  await mkdir(data, { recursive: true });
  await writeDurably(join(making, 'password'), password);
  if (user !== undefined) await Promise.all([chown(data, user.uid, user.gid), chown(join(making, 'password'), user.uid, user.gid)]);
  await runInitdb(initdb, ['-D', data, `--username=${SUPERUSER}`, `--pwfile=${join(making, 'password')}`, ...INITDB], user);
  if (user !== undefined) await chown(join(making, 'password'), 0, 0);
  await rename(making, join(folder, 'cluster')).catch(ignoreExisting);
  await rm(making, { recursive: true, force: true });
}

/** Removes what killed runs left; what belongs to a process that still runs is somebody's work in progress. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^making-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid !== process.pid && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function runInitdb(initdb: string, args: readonly string[], user: ServerUser | undefined): Promise<void> {
  const child = spawn(initdb, args, { ...user, cwd: '/', env: serverEnv(), stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk) => (complaint = `${complaint}${chunk}`.slice(-2_000)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(cannotRun(initdb, cause)));
    child.once('close', resolve);
  });
  if (code !== 0) throw new EmbeddedPostgresError('cannot-start', `The database could not be created: ${complaint.trim()}`);
}

/** What the server sees of our environment: a stray PGDATA or PGPORT must not reach it. */
export function serverEnv(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP } = process.env;
  return { PATH, SystemRoot, TEMP, LC_ALL: 'C', TZ: 'UTC' };
}

/** A program that exists and still cannot be run was made for another C library: Alpine's is musl, the package's glibc. */
export function cannotRun(program: string, cause: NodeJS.ErrnoException): EmbeddedPostgresError {
  const reason = cause.code === 'ENOENT' ? 'this system has another C library (musl?)' : cause.message;
  const message = `The embedded PostgreSQL does not run here: ${reason}. Set DATABASE_URL to a server of your own (tried ${program})`;
  return new EmbeddedPostgresError('unsupported-platform', message, cause);
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST' && error.code !== 'ENOTEMPTY') throw error;
}
