import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SystemEvent } from '../../../src/target/local/protocol.ts';
import { builtProgram } from './program.ts';
import { eventually, type Going, get, isAlive, Sandbox } from './sandbox.ts';
import { serviceFiles, sourceOf } from './services.ts';

let program: Awaited<ReturnType<typeof builtProgram>>;
const sandboxes: Sandbox[] = [];

beforeAll(async () => {
  program = await builtProgram();
});

afterAll(async () => {
  await Promise.all(sandboxes.map((each) => each.remove()));
  await program.remove();
});

async function sandbox(...names: string[]): Promise<Sandbox> {
  const made = await Sandbox.create({ svc: program.svc });
  sandboxes.push(made);
  for (const name of names) await made.write(serviceFiles({ name, says: `${name} v1` }));
  return made;
}

const eventsOf = ({ said }: Going) =>
  said.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as SystemEvent);

async function settled(going: Going): Promise<void> {
  await eventually(
    () => (going.said.exitCode === undefined ? eventsOf(going).some(({ type }) => type === 'settled') : going.said),
    (seen) => seen === true,
  );
}

const processOf = async (url: string) => Number(JSON.parse((await get(`${url}/env`)).body).PID);

it('serves an edit within moments, and the old code while the new does not build', async () => {
  const at = await sandbox('orders');
  const up = at.start('up', '--json');
  await settled(up);
  const url = await at.urlOf('orders');
  expect((await get(url)).body).toBe('orders v1');

  await at.write({ 'orders/src/main.mjs': sourceOf({ name: 'orders', says: 'orders v2' }) });
  await eventually(
    async () => (await get(url)).body,
    (body) => body === 'orders v2',
  );

  await at.write({ 'orders/src/main.mjs': 'const x = ;' });
  await eventually(
    () => eventsOf(up),
    (events) => events.some((event) => event.type === 'result' && !event.result.ok),
  );
  expect(up.said.stdout).toContain('SyntaxError');
  expect((await get(url)).body).toBe('orders v2');

  // As a checkout of another branch does it: the folder goes, and comes again.
  await rm(join(at.root, 'orders', 'src'), { recursive: true });
  await pause(300);
  await at.write({ 'orders/src/main.mjs': sourceOf({ name: 'orders', says: 'orders v3' }) });
  await eventually(
    async () => (await get(url)).body,
    (body) => body === 'orders v3',
  );

  // As many editors save: a new file takes the place of the old one.
  const draft = join(at.root, 'orders', 'draft.mjs');
  await writeFile(draft, sourceOf({ name: 'orders', says: 'orders v4' }));
  await rename(draft, join(at.root, 'orders', 'src', 'main.mjs'));
  await eventually(
    async () => (await get(url)).body,
    (body) => body === 'orders v4',
  );
});

it('starts a crashed service again while the rest goes on', async () => {
  const at = await sandbox('orders', 'products');
  await settled(at.start('up', '--json'));
  const [orders, products] = [await at.urlOf('orders'), await at.urlOf('products')];
  const other = await processOf(products);
  await get(`${orders}/crash`);
  await eventually(
    () => at.status(),
    ({ services }) => services[0]?.message === 'runs again',
  );
  expect((await at.status()).services[0]).toMatchObject({ name: 'orders', restarts: 1, condition: 'ready' });
  expect((await get(orders)).body).toBe('orders v1');
  expect(await processOf(products)).toBe(other);
});

it('is one in a workspace: the second names the first', async () => {
  const at = await sandbox('orders');
  const first = at.start('up', '--json');
  await settled(first);
  const { exitCode, stderr } = await at.svc('up');
  expect(exitCode).toBe(4);
  expect(stderr).toContain(`svc up runs here already: process ${first.child.pid}`);
  expect((await get(await at.urlOf('orders'))).status).toBe(200);
});

it('ends what it started at Ctrl-C, and leaves what was deployed', async () => {
  const at = await sandbox('orders', 'products');
  await at.svc('deploy', 'products', '--env', 'local');
  const up = at.start('up', 'orders', '--json');
  await settled(up);
  const [orders, products] = [await processOf(await at.urlOf('orders')), await processOf(await at.urlOf('products'))];
  up.child.kill('SIGINT');
  expect((await up.ended).exitCode).toBe(130);
  expect(isAlive(orders)).toBe(false);
  expect(isAlive(products)).toBe(true);
  expect((await at.status()).services.map(({ name }) => name)).toEqual(['products']);
});

it('ends what it started when it is killed without a chance to say so', async () => {
  const at = await sandbox('orders');
  const up = at.start('up', '--json');
  await settled(up);
  const orders = await processOf(await at.urlOf('orders'));
  up.child.kill('SIGKILL');
  await eventually(
    () => isAlive(orders),
    (alive) => !alive,
    5_000,
  );
  await settled(at.start('up', '--json'));
});

it('opens a port for a debugger where that is wanted', async () => {
  const at = await sandbox('orders', 'products');
  await settled(at.start('up', '--inspect', 'orders', '--json'));
  const { services } = await eventually(at.status.bind(at), (status) => status.services[0]?.inspect !== undefined);
  expect(services.map(({ inspect }) => inspect?.replace(/\d+\/.*/, ''))).toEqual(['ws://127.0.0.1:', undefined]);
  expect((await get(`${services[0]?.inspect?.replace(/^ws/, 'http').replace(/\/[^/]*$/, '')}/json/version`)).status).toBe(200);
});

it('shows a person plain lines where there is no terminal', async () => {
  const at = await sandbox('orders');
  const up = at.start('up');
  await eventually(
    () => up.said.stdout,
    (said) => said.includes('serves at'),
  );
  expect(up.said.stdout).toContain('orders │ listening');
  expect(up.said.stdout).toContain(`✓ orders serves at ${await at.urlOf('orders')}`);
});

it('keeps logs for later, also when nothing runs any more', async () => {
  const at = await sandbox('orders');
  await at.svc('deploy', '--env', 'local');
  const following = at.start('logs', '-f', '--json');
  await eventually(
    () => following.said.stdout,
    (said) => said.includes('listening'),
  );
  await get(`${await at.urlOf('orders')}/crash`);
  await eventually(
    () => following.said.stdout.split('listening').length,
    (times) => times === 3,
  );
  following.child.kill('SIGINT');
  expect((await following.ended).exitCode).toBe(130);
  await at.svc('down');
  expect((await at.svc('logs', 'orders', '--lines', '1', '--json')).stdout).toBe('{"service":"orders","line":"listening"}\n');
  expect(await readFile(await at.stateFile('logs/orders.log'), 'utf8')).toBe('listening\nlistening\n');
});
