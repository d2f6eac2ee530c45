import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Invocation, Runtime } from '../../../src/runtime/runtime.ts';
import { lines } from '../scene.ts';
import { FleetScene, states } from './fleet-scene.ts';

const BRANCH = 'svc/upgrade-tiny-1.1.0';
let scene: FleetScene;
afterEach(() => scene.end());

/** A run that ends, as by a kill, before its n-th program or its n-th file operation: nothing of it runs any more after that. */
class Killed extends Error {}

function dying(runtime: Runtime, after: number): Partial<Runtime> {
  let left = after;
  const live = () => {
    left -= 1;
    if (left < 0) throw new Killed();
  };
  const fs = Object.fromEntries(
    Object.entries(runtime.fs).map(([name, method]) => [
      name,
      ['createFile', 'rename', 'createFolder', 'removeFile'].includes(name)
        ? async (...args: never[]) => {
            live();
            return (method as (...given: never[]) => unknown)(...args);
          }
        : method,
    ]),
  ) as unknown as Runtime['fs'];
  const exec = async (call: Invocation) => {
    live();
    return runtime.exec(call);
  };
  // A killed process leaves its lock: nobody with its id runs any more.
  return { fs, exec, processAt: async (id) => (id === undefined ? { id: 999_999, host: 'here', startedAt: 'x' } : undefined) };
}

async function fleet(): Promise<string> {
  scene = new FleetScene();
  scene.release('1.0.0', { 'files/a.txt': lines() });
  await scene.repository('orders');
  await scene.repository('users', { 'a.txt': lines('15 mine') });
  scene.release('1.1.0', { 'files/a.txt': lines('3 theirs') });
  return join(scene.folder, 'repositories');
}

it('goes on from wherever it was killed: one branch, one commit, for each service', async () => {
  const where = await fleet();
  let finished = false;
  let kills = 0;
  for (let after = 0; !finished; after += 2) {
    finished = await scene.upgrade(where, { concurrency: '1' }, dying(scene.runtime, after)).then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof Killed)) throw error;
        kills += 1;
        return false;
      },
    );
  }
  expect(kills).toBeGreaterThan(8);
  for (const name of ['orders', 'users']) {
    const folder = join(where, name);
    expect(scene.git(folder, 'rev-list', '--count', `main..${BRANCH}`).trim()).toBe('1');
    expect(scene.git(folder, 'for-each-ref', '--format=%(refname)')).toBe(`refs/heads/main\nrefs/heads/${BRANCH}\n`);
    expect(scene.git(folder, 'status', '--porcelain')).toBe('');
    expect(scene.git(folder, 'fsck', '--strict')).toBe('');
  }
  expect(scene.git(join(where, 'users'), 'show', `${BRANCH}:a.txt`)).toBe(lines('3 theirs', '15 mine'));
});

it('pushes one commit to a remote without a forge, wherever it was killed', async () => {
  const where = await fleet();
  const bare = join(scene.folder, 'orders.git');
  scene.git(scene.folder, 'clone', '--quiet', '--bare', join(where, 'orders'), bare);
  await scene.runtime.fs.createFile(join(scene.folder, 'list.txt'), `file://${bare} # the orders\n`);
  let finished = false;
  for (let after = 0; !finished; after += 3) {
    finished = await scene.upgrade('list.txt', { concurrency: '1' }, dying(scene.runtime, after)).then(
      () => true,
      (error: unknown) => {
        if (!(error instanceof Killed)) throw error;
        return false;
      },
    );
  }
  expect(scene.git(bare, 'rev-list', '--count', `main..${BRANCH}`).trim()).toBe('1');
  expect(states(await scene.upgrade('list.txt', { status: true }))).toEqual({ orders: 'pushed' });
});

it('leaves what is checked out and not committed as it is', async () => {
  const where = await fleet();
  const folder = join(where, 'orders');
  await scene.runtime.fs.createFile(join(folder, 'new.txt'), 'not committed');
  scene.git(folder, 'add', 'new.txt');
  const before = [scene.git(folder, 'status', '--porcelain'), scene.git(folder, 'symbolic-ref', 'HEAD')];
  expect(states(await scene.upgrade(where))).toEqual({ orders: 'committed', users: 'committed' });
  expect([scene.git(folder, 'status', '--porcelain'), scene.git(folder, 'symbolic-ref', 'HEAD')]).toEqual(before);
  scene.git(folder, 'merge', '--quiet', BRANCH);
  expect(states(await scene.upgrade(where))).toEqual({ orders: 'merged', users: 'committed' });
});

it('puts the services of an owner onto one branch, shared files and all', async () => {
  scene = new FleetScene();
  const region = "    ownership: [{ paths: ['OWNERS'], mode: region }]\n";
  const owners = { 'repository/OWNERS.hbs': '<% name %>\n' };
  scene.release('1.0.0', { 'files/a.txt': lines(), ...owners }, region);
  scene.git(scene.folder, 'init', '--quiet', '--initial-branch=main', 'shop');
  for (const [name, owner] of [
    ['orders', 'team-a'],
    ['users', 'team-a'],
    ['mails', 'team-b'],
  ] as const)
    await scene.make(name, { at: `shop/${name}`, owner });
  scene.commit(join(scene.folder, 'shop'));
  scene.release('1.1.0', { 'files/a.txt': lines('3 theirs'), 'repository/OWNERS.hbs': '<% name %> two\n' }, region);
  const report = await scene.upgrade('shop', { per: 'owner' });
  expect(Object.fromEntries(report.rows.map(({ name, branch }) => [name, branch]))).toEqual({
    mails: 'svc/upgrade-team-b-tiny-1.1.0',
    orders: 'svc/upgrade-team-a-tiny-1.1.0',
    users: 'svc/upgrade-team-a-tiny-1.1.0',
  });
  const shared = scene.git(join(scene.folder, 'shop'), 'show', 'svc/upgrade-team-a-tiny-1.1.0:OWNERS');
  expect(shared).toContain('orders two');
  expect(shared).toContain('users two');
  expect(shared).toContain('mails\n');
});
