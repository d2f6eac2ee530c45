import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { usable } from './binaries.ts';
import { removeCluster } from './cluster.ts';
import { type PostgresOptions, type RunningPostgres, startPostgres } from './embedded-postgres.ts';
import { identityOf } from './processes.ts';
import { canReach, serverUser } from './server-user.ts';

const isRoot = process.getuid?.() === 0;
const onLinux = process.platform === 'linux';

let home: string;
let dataDir: string;
let program: string;
const started: (RunningPostgres | ChildProcess)[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'embedded pöstgres '));
  await chmod(home, 0o755);
  program = await bundledStarter();
});

beforeEach(async () => {
  dataDir = await mkdtemp(join(home, 'data '));
  await chmod(dataDir, 0o711);
});

afterAll(async () => {
  for (const one of started) await ('stop' in one ? one.stop() : one.kill('SIGKILL'));
  for (const name of await readdir(home)) await removeCluster(join(home, name));
  await rm(home, { recursive: true, force: true });
});

it('removes the data of a folder, wherever it lies', async () => {
  await chmod(dataDir, 0o700);
  const server = await start({ dataDir });
  const data = (await query(server.url, 'show data_directory'))[0]?.['data_directory'];
  await server.stop();
  await removeCluster(dataDir);
  await expect(stat(String(data))).rejects.toThrow('ENOENT');
  await expect(stat(dataDir)).rejects.toThrow('ENOENT');
});

it('makes a server that answers on loopback, and keeps its data from start to start', async () => {
  const first = await start({ dataDir });
  await query(first.url, 'create table kept (word text)');
  await query(first.url, "insert into kept values ('grüße')");
  await first.stop();
  const second = await start({ dataDir });
  expect(await query(second.url, 'select upper(word) as word from kept')).toEqual([{ word: 'GRÜßE' }]);
  expect(await query(second.url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
});

it('lets nobody in without the password', async () => {
  const { url } = await start({ dataDir });
  const guess = new URL(url);
  guess.password = 'postgres';
  await expect(query(guess.href, 'select 1')).rejects.toThrow('password authentication failed');
  expect((await stat(join(dataDir, 'cluster', 'password'))).mode & 0o777).toBe(0o600);
});

it('makes a cluster again that a killed run left half-made', async () => {
  const gone = await deadProcess();
  await mkdir(join(dataDir, `making-${gone}-x`, 'data'), { recursive: true });
  await writeFile(join(dataDir, `making-${gone}-x`, 'data', 'PG_VERSION'), '18');
  await start({ dataDir });
  expect(await readdir(dataDir)).toEqual(['cluster', 'owner.json']);
});

it('says which process has the folder, and leaves that alone', async () => {
  const { url } = await start({ dataDir });
  await expect(start({ dataDir })).rejects.toThrow(`in use by process ${process.pid}`);
  expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

it('ends the server that a killed process left behind', async () => {
  const child = await startElsewhere(dataDir);
  const gone = once(child.process, 'exit');
  child.process.kill('SIGKILL');
  await gone;
  const { pid } = await start({ dataDir });
  expect(pid).not.toBe(child.pid);
  expect(await identityOf(child.pid)).toBeUndefined();
});

it('starts again after the server itself was killed', async () => {
  const first = await start({ dataDir });
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  const second = await start({ dataDir });
  expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

it('is not held up by a stranger with the number of an old server', async () => {
  await (await start({ dataDir })).stop();
  const stranger = spawn('sleep', ['60']);
  started.push(stranger);
  const lines = [stranger.pid, join(dataDir, 'cluster', 'data'), 1, 5432, '', '127.0.0.1', '', 'ready'];
  await writeFile(join(dataDir, 'cluster', 'data', 'postmaster.pid'), lines.join('\n'));
  await start({ dataDir });
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
});

it('names a port that is taken', async () => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => squatter.once('listening', done));
  const { port } = squatter.address() as { port: number };
  await expect(start({ dataDir, port })).rejects.toThrow(`Port ${port} of 127.0.0.1 is taken`);
  squatter.close();
});

it('hands on the log of the server', async () => {
  const lines: string[] = [];
  const { url } = await start({ dataDir, log: (line) => lines.push(line) });
  await query(url, 'select nothing').catch(() => {});
  await expect.poll(() => lines.join('\n')).toContain('column "nothing" does not exist');
});

it('links the libraries where the install script did not run', async () => {
  const native = await fakePackage();
  await usable({ native, postgres: join(native, 'bin/postgres'), initdb: join(native, 'bin/initdb'), version: '1' }, undefined);
  expect(await readdir(join(native, 'lib'))).toEqual(['libpq.so.5', 'libpq.so.5.18']);
});

it.runIf(isRoot && onLinux)('copies the programs where the unprivileged user cannot reach them', async () => {
  const native = await fakePackage();
  await chmod(join(native, '..'), 0o700);
  const version = `test-${process.pid}`;
  const user = await serverUser();
  const { postgres } = await usable({ native, postgres: join(native, 'bin/postgres'), initdb: join(native, 'bin/initdb'), version }, user);
  expect(postgres.startsWith(native)).toBe(false);
  expect(await canReach(postgres, user)).toBe(true);
  await rm(join(postgres, '../../..'), { recursive: true });
});

it.runIf(isRoot && onLinux)('keeps its data where the server can reach it, though the folder asked for is closed to others', async () => {
  await chmod(dataDir, 0o700);
  const { url, stop } = await start({ dataDir });
  const [row] = await query(url, 'show data_directory');
  expect(row?.['data_directory']).toMatch(/^\/var\/(lib|tmp)\/svckit\/data-/);
  await stop();
  await rm(join(String(row?.['data_directory']), '../..'), { recursive: true });
});

it.runIf(isRoot && onLinux)('works as nobody', async () => {
  const { chown } = await import('node:fs/promises');
  await chown(dataDir, 65_534, 65_534);
  const { process: child, url } = await startElsewhere(dataDir, 65_534);
  expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  child.kill('SIGTERM');
});

async function start(options: PostgresOptions): Promise<RunningPostgres> {
  const running = await startPostgres(options);
  started.push(running);
  return running;
}

async function query(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Node runs no TypeScript of its own here, so the starter of another process is bundled first. */
async function bundledStarter(): Promise<string> {
  const outfile = join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', `start-postgres-${process.pid}.mjs`);
  const contents = `import { startPostgres } from './embedded-postgres.ts';
    const { pid, url } = await startPostgres({ dataDir: process.argv[2] });
    process.once('SIGTERM', () => process.exit());
    console.log(JSON.stringify({ pid, url }));`;
  await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
  });
  return outfile;
}

async function startElsewhere(folder: string, uid?: number): Promise<{ process: ChildProcess; pid: number; url: string }> {
  const child = spawn(process.execPath, [program, folder], {
    ...(uid === undefined ? {} : { uid, gid: uid }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  const [line] = await new Promise<string[]>((done) => child.stdout.once('data', (chunk) => done(String(chunk).split('\n'))));
  return { process: child, ...(JSON.parse(line ?? '') as { pid: number; url: string }) };
}

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0']);
  await new Promise((done) => child.once('exit', done));
  return child.pid ?? 0;
}

async function fakePackage(): Promise<string> {
  const native = join(await mkdtemp(join(home, 'package ')), 'inner', 'native');
  await mkdir(join(native, 'bin'), { recursive: true });
  await mkdir(join(native, 'lib'));
  await writeFile(join(native, 'bin/postgres'), '', { mode: 0o755 });
  await writeFile(join(native, 'bin/initdb'), '', { mode: 0o755 });
  await writeFile(join(native, 'lib/libpq.so.5.18'), '');
  const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
  await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links));
  return native;
}
