import { chown, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtProgram } from './program.ts';
import { eventually, get, isAlive, Sandbox, type SandboxOptions } from './sandbox.ts';
import { serviceFiles } from './services.ts';

let program: Awaited<ReturnType<typeof builtProgram>>;
const sandboxes: Sandbox[] = [];

beforeAll(async () => {
  program = await builtProgram();
});

afterAll(async () => {
  await Promise.all(sandboxes.map((each) => each.remove()));
  await program.remove();
});

async function deployed(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const made = await Sandbox.create({ svc: program.svc, ...options });
  sandboxes.push(made);
  await made.write(serviceFiles({ name: 'orders', database: true, first: CONNECTS }));
  if (options.uid !== undefined) await handOver(made.home, options.uid);
  const { exitCode, stdout, stderr } = await made.svc('deploy', '--env', 'local');
  expect(exitCode, stdout + stderr).toBe(0);
  return made;
}

/** Talks to its database by the wire protocol's first step alone: an answer of any kind means that the server is there. */
const CONNECTS = `import { connect } from 'node:net';
const { hostname, port } = new URL(process.env.DATABASE_URL);
globalThis.database = () => new Promise((done) => {
  const socket = connect(Number(port), hostname, () => socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])));
  socket.once('data', () => { socket.destroy(); done(true); }).once('error', () => done(false)).once('end', () => done(false));
});
if (!(await database())) process.exit(1);
`;

async function handOver(folder: string, uid: number): Promise<void> {
  await chown(folder, uid, uid);
  for (const entry of await readdir(folder, { recursive: true })) await chown(join(folder, entry), uid, uid);
}

const databasePid = async (at: Sandbox) =>
  Number((await readFile(await at.stateFile('postgres/cluster/data/postmaster.pid'), 'utf8')).split('\n')[0]);
const processOf = async (url: string) => Number(JSON.parse((await get(`${url}/env`)).body).PID);

it('finds and ends what a killed background process left, and serves again at the same address', async () => {
  const at = await deployed();
  const url = await at.urlOf('orders');
  const left = [await processOf(url), await databasePid(at)];
  const { pid } = await at.address();
  process.kill(pid, 'SIGKILL');
  await eventually(
    () => isAlive(pid),
    (alive) => !alive,
  );
  expect(left.map(isAlive)).toEqual([true, true]);

  expect((await at.svc('deploy', '--env', 'local')).exitCode).toBe(0);
  expect(left.map(isAlive)).toEqual([false, false]);
  expect(await at.urlOf('orders')).toBe(url);
  expect((await get(url)).status).toBe(200);
});

it('brings a killed database back by itself, at the same address', async () => {
  const at = await deployed();
  const before = await databasePid(at);
  process.kill(before, 'SIGKILL');
  const after = await eventually(
    () => databasePid(at).catch(() => before),
    (pid) => pid !== before,
  );
  expect(isAlive(after)).toBe(true);
  await at.svc('down', 'orders');
  expect((await at.svc('deploy', '--env', 'local')).exitCode).toBe(0);
});

it('ends everything within a moment, and leaves nothing running', async () => {
  const at = await deployed();
  const { pid } = await at.address();
  const running = [pid, await processOf(await at.urlOf('orders')), await databasePid(at)];
  const { exitCode, stdout } = await at.svc('down');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Ended orders');
  await eventually(
    () => running.filter(isAlive),
    (alive) => alive.length === 0,
    2_000,
  );
  expect((await at.svc('down')).stdout).toContain('Nothing was running');
});

it('keeps two workspaces apart', async () => {
  const [one, other] = [await deployed(), await deployed()];
  expect(await one.urlOf('orders')).not.toBe(await other.urlOf('orders'));
  await one.svc('down');
  expect((await get(await other.urlOf('orders'))).status).toBe(200);
});

it('starts one background process where several commands want it at once', async () => {
  const at = await deployed();
  await at.svc('down');
  const said = await Promise.all(Array.from({ length: 4 }, () => at.svc('deploy', '--env', 'local')));
  expect(said.some(({ exitCode }) => exitCode === 0)).toBe(true);
  expect(said.map(({ exitCode }) => exitCode).every((code) => code === 0 || code === 1)).toBe(true);
  expect((await get(await at.urlOf('orders'))).status).toBe(200);
});

it.runIf(process.getuid?.() === 0)('works as nobody', async () => {
  const at = await deployed({ uid: 65_534 });
  expect((await get(await at.urlOf('orders'))).status).toBe(200);
});

it('answers nobody without the token, and no web page', async () => {
  const at = await deployed();
  const { url, token } = await at.address();
  const authorization = `Bearer ${token}`;
  expect((await get(`${url}/system`)).status).toBe(401);
  expect((await get(`${url}/system`, { authorization: 'Bearer 0' })).status).toBe(401);
  expect((await get(`${url}/system`, { authorization, origin: 'http://localhost' })).status).toBe(403);
  expect((await get(`${url}/system`, { authorization, host: 'evil.example' })).status).toBe(403);
  expect((await get(`${url}/nowhere`, { authorization })).status).toBe(404);
  expect((await get(`${url}/system`, { authorization })).status).toBe(200);
});

it('takes a stale address of a process that is long gone for none', async () => {
  const at = await deployed();
  const { pid } = await at.address();
  process.kill(pid, 'SIGKILL');
  await pause(50);
  expect((await at.svc('list')).stdout).toContain('orders');
  expect((await at.svc('down')).stdout).toContain('Nothing was running');
  expect((await at.svc('deploy', '--env', 'local')).exitCode).toBe(0);
});

it('uses a database that is set by hand, and passes it on as it is', async () => {
  const own = await deployed();
  const byHand = (await get(`${await own.urlOf('orders')}/env`)).body;
  const { DATABASE_URL } = JSON.parse(byHand) as { readonly DATABASE_URL: string };
  const at = await deployed({ env: { DATABASE_URL } });
  expect(JSON.parse((await get(`${await at.urlOf('orders')}/env`)).body)).toMatchObject({ DATABASE_URL });
});

it('begins afresh where its data was removed, and leaves nothing of the old', async () => {
  const at = await deployed();
  expect((await at.svc('down', '--data')).exitCode).toBe(2);
  expect((await at.svc('down', '--data', '--yes')).stdout).toContain('databases, traces and logs are removed');
  expect(await readdir(await at.stateFile('postgres')).catch(() => [])).toEqual([]);
  const { exitCode, stdout } = await at.svc('deploy', '--env', 'local', '--json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ data: { changes: [{ service: 'orders', change: 'new' }] } });
});
