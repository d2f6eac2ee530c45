import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { binariesFor } from './binaries.ts';
import { type Cluster, cannotRun, clusterIn, reachableFolder, serverEnv } from './cluster.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { claim, endLeftOver } from './left-over.ts';
import { type ServerUser, serverUser } from './server-user.ts';

export interface PostgresOptions {
  /** Absolute path of a folder for the data, kept from start to start; made where it does not exist. */
  readonly dataDir: string;
  /** Without it a free one is found. */
  readonly port?: number;
  /** Called with each line of the server's log. */
  readonly log?: (line: string) => void;
}

export interface RunningPostgres {
  /** The superuser's connection string to database `postgres`. Not for logs: it holds the password. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the server has ended, however that came. */
  readonly exited: Promise<void>;
  /** Ends sessions, writes everything to disk, and resolves when the server is gone ("fast shutdown"). */
  stop(): Promise<void>;
}

interface Launch {
  readonly program: string;
  readonly cluster: Cluster;
  readonly port: number;
  readonly user: ServerUser | undefined;
  readonly log: (line: string) => void;
}

const START_PATIENCE_MS = 30_000;
const STOP_PATIENCE_MS = 5_000;
const POLL_MS = 5;
/** Between choosing a free port and listening on it, somebody else may take it. */
const PORT_ATTEMPTS = 3;

/** For one developer's machine: a tenth of the memory of the defaults, no replication, no helper processes that nobody needs. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'shared_buffers=24MB',
  'max_connections=200',
  'wal_level=minimal',
  'max_wal_senders=0',
  'max_logical_replication_workers=0',
  'max_wal_size=256MB',
  'io_method=sync',
  'jit=off',
  'logging_collector=off',
  'log_checkpoints=off',
];

/**
 * Starts a real PostgreSQL server, from npm, on 127.0.0.1 alone; creates its data folder the first time.
 * Works as any user, root included (the server then runs as `postgres` or `nobody`). A server that a killed process left in the
 * same folder is ended first.
 * @throws EmbeddedPostgresError unsupported-platform, in-use (another running process has this folder), port-taken, cannot-start
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const user = await serverUser();
  const [folder, binaries] = await Promise.all([reachableFolder(resolve(options.dataDir), user), binariesFor(user)]);
  const release = await claim(folder);
  try {
    const cluster = await clusterIn(folder, binaries.initdb, user);
    await endLeftOver(cluster.data);
    const launched = await launchOnFreePort(options.port, { program: binaries.postgres, cluster, user, log: options.log ?? (() => {}) });
    const exited = launched.exited.then(release);
    return { ...launched, exited, stop: () => launched.stop().then(() => exited) };
  } catch (error) {
    await release();
    throw error;
  }
}

async function launchOnFreePort(wanted: number | undefined, start: Omit<Launch, 'port'>): Promise<RunningPostgres> {
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted ?? (await freePort());
    const running = await launch({ ...start, port });
    if (running !== undefined) return running;
    if (wanted !== undefined || attempt === PORT_ATTEMPTS) {
      throw new EmbeddedPostgresError('port-taken', `Port ${port} of 127.0.0.1 is taken: the database cannot listen there`);
    }
  }
}

/** The running server; undefined where its port is taken. */
async function launch(start: Launch): Promise<RunningPostgres | undefined> {
  if (!(await isFree(start.port))) return undefined;
  const child = spawn(start.program, argsOf(start), { ...start.user, cwd: '/', env: serverEnv(), stdio: ['ignore', 'ignore', 'pipe'] });
  const lastLines = follow(child, start.log);
  const exited = new Promise<void>((done) => child.once('close', () => done()));
  const failed = new Promise<never>((_, reject) => child.once('error', (cause) => reject(cannotRun(start.program, cause))));
  const verdict = await Promise.race([failed, untilReady(start.cluster.data, child)]);
  if (verdict === 'ready') return running(child, start, exited);
  child.kill('SIGKILL');
  await exited;
  if (!(await isFree(start.port))) return undefined;
  throw new EmbeddedPostgresError('cannot-start', `The database ${verdict}: ${lastLines().join(' | ')}`);
}

function argsOf({ cluster, port }: Launch): readonly string[] {
  return ['-D', cluster.data, '-p', String(port), ...SETTINGS.flatMap((setting) => ['-c', setting])];
}

function running(child: ChildProcess, { cluster, port }: Launch, exited: Promise<void>): RunningPostgres {
  const endWithUs = () => child.kill('SIGINT');
  process.once('exit', endWithUs);
  exited.then(() => process.removeListener('exit', endWithUs));
  return {
    url: `postgres://postgres:${cluster.password}@127.0.0.1:${port}/postgres`,
    port,
    pid: child.pid ?? 0,
    exited,
    stop: () => stop(child, exited),
  };
}

/** SIGINT is a fast shutdown, SIGQUIT an immediate one that the next start recovers from. */
async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill('SIGINT');
  const tooLong = setTimeout(() => child.kill('SIGQUIT'), STOP_PATIENCE_MS);
  await exited;
  clearTimeout(tooLong);
}

/** The server writes `ready` to line 8 of `postmaster.pid`, which is how pg_ctl waits, too; line 1 is its process id. */
async function untilReady(data: string, child: ChildProcess): Promise<'ready' | 'ended at once' | 'did not answer in time'> {
  const deadline = Date.now() + START_PATIENCE_MS;
  while (child.exitCode === null && child.signalCode === null) {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return 'ready';
    if (Date.now() > deadline) return 'did not answer in time';
    await pause(POLL_MS);
  }
  return 'ended at once';
}

/** Hands on the log line by line, and remembers the end of it for an error message. */
function follow(child: ChildProcess, log: (line: string) => void): () => readonly string[] {
  let rest = '';
  let last: readonly string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    last = [...last, ...lines].slice(-5);
    for (const line of lines) log(line);
  });
  return () => last;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, reject) => server.once('error', reject).listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : freePort();
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((answer) => {
    server.once('error', () => answer(false));
    server.listen(port, '127.0.0.1', () => server.close(() => answer(true)));
  });
}
