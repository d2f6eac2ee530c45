import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { FleetReport } from '../../../src/fleet/upgrade-fleet.ts';
import { type ForgeWorld, forgeContract } from '../../contract/forge-suite.ts';
import { describeWith } from '../../toolchain/tools.ts';
import { lines } from '../scene.ts';
import { FleetScene, states } from './fleet-scene.ts';
import { type Gitea, startGitea } from './gitea.ts';

interface Pull {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: string;
}

describeWith('an organisation on a real Gitea', ['gitea'], ({ gitea: program }) => {
  let gitea: Gitea;
  let scene: FleetScene;
  let where: string;
  const folders = new Map<string, string>();
  const pulls = (name: string) => gitea.api('GET', `/repos/shop/${name}/pulls?state=all`) as Promise<Pull[]>;
  const all = async () => (await Promise.all([...folders.keys()].map(pulls))).flat();
  const rowOf = (report: FleetReport, name: string) => report.rows.find((row) => row.name === name);
  const check = { checkCommand: 'test ! -e broken' };

  beforeAll(async () => {
    gitea = await startGitea(program);
    scene = new FleetScene({ GITEA_TOKEN: gitea.token });
    where = `gitea:${gitea.url}/shop`;
    await gitea.api('POST', '/orgs', { username: 'shop' });
    await gitea.api('POST', '/orgs/shop/repos', { name: 'empty' });
    scene.release('1.0.0', { 'files/a.txt': lines(), 'files/b.txt': lines() });
    await publish('mails', { broken: 'yes' });
    await publish('orders');
    await publish('payments', { 'a.txt': lines('3 mine') });
    await publish('prices');
    await gitea.api('POST', '/repos/shop/prices/branch_protections', { rule_name: 'main', enable_push: false });
    await publish('users', { 'a.txt': lines('15 mine') });
    scene.release('1.1.0', { 'files/a.txt': lines('3 theirs'), 'files/b.txt': lines('5 theirs') });
    await publish('stock');
  });

  afterAll(async () => {
    scene?.end();
    await gitea?.end();
  });

  async function publish(name: string, edits = {}): Promise<void> {
    await gitea.api('POST', '/orgs/shop/repos', { name, default_branch: 'main' });
    const folder = await scene.repository(name, edits);
    folders.set(name, folder);
    const remote = `${gitea.url.replace('//', `//x:${gitea.token}@`)}/shop/${name}.git`;
    scene.git(folder, 'remote', 'add', 'origin', remote);
    scene.git(folder, 'push', '--quiet', 'origin', 'main');
    // Gitea notices a moment later that the repository is not empty any more.
    await vi.waitFor(async () => expect(await gitea.api('GET', `/repos/shop/${name}`)).toMatchObject({ empty: false }), {
      timeout: 5_000,
      interval: 50,
    });
  }

  describe('keeps the contract of a forge', () => {
    const world: ForgeWorld = {
      get address() {
        return { kind: 'gitea' as const, url: gitea.url };
      },
      get env() {
        return { GITEA_TOKEN: gitea.token };
      },
      get token() {
        return gitea.token;
      },
      owner: 'contract',
      merge: async (repository, number) => void (await gitea.api('POST', `/repos/${repository}/pulls/${number}/merge`, { Do: 'merge' })),
      close: async (repository, number) => void (await gitea.api('PATCH', `/repos/${repository}/pulls/${number}`, { state: 'closed' })),
    };
    beforeAll(async () => {
      await gitea.api('POST', '/orgs', { username: 'contract' });
      for (const name of ['orders', 'users', 'stock', 'old', 'new']) {
        await gitea.api('POST', '/orgs/contract/repos', { name, default_branch: 'main', auto_init: name !== 'new' });
      }
      await gitea.api('PATCH', '/repos/contract/old', { archived: true });
      const file = { new_branch: 'svc/one', content: Buffer.from('x').toString('base64'), message: 'x' };
      await gitea.api('POST', '/repos/contract/orders/contents/a.txt', file);
    });
    forgeContract(() => world);
  });

  it('is looked at without a trace', async () => {
    expect(states(await scene.upgrade(where, { dryRun: true }))).toEqual({
      mails: 'behind',
      orders: 'behind',
      payments: 'conflict',
      prices: 'behind',
      stock: 'current',
      users: 'behind',
    });
    expect(await all()).toEqual([]);
  });

  it('is upgraded in waves: what fails its check or is in conflict is not proposed', async () => {
    const first = await scene.upgrade(where, { ...check, wave: '50%', concurrency: '1' });
    expect(states(first)).toEqual({
      mails: 'failed',
      orders: 'open',
      payments: 'conflict',
      prices: 'behind',
      stock: 'behind',
      users: 'behind',
    });
    expect(rowOf(first, 'mails')?.reason).toContain('test ! -e broken');
    expect(rowOf(first, 'payments')).toMatchObject({ conflicts: ['a.txt'] });
    const second = await scene.upgrade(where, check);
    expect(states(second)).toEqual({
      mails: 'failed',
      orders: 'open',
      payments: 'conflict',
      prices: 'open',
      stock: 'current',
      users: 'open',
    });
    expect((await all()).map(({ title }) => title).sort()).toEqual([
      'Upgrade orders to tiny 1.1.0',
      'Upgrade prices to tiny 1.1.0',
      'Upgrade users to tiny 1.1.0',
    ]);
    const [request] = await pulls('users');
    expect(request?.body).toContain('- `a.txt`');
    expect(request?.body).toContain('tiny 1.0.0 to 1.1.0');
  });

  it('is not proposed twice', async () => {
    const before = await all();
    await scene.upgrade(where, check);
    expect((await all()).length).toBe(before.length);
  });

  it('keeps what users wrote in what is merged, and says how far it is', async () => {
    await gitea.api('POST', '/repos/shop/users/pulls/1/merge', { Do: 'merge' });
    await gitea.api('PATCH', '/repos/shop/prices/pulls/1', { state: 'closed' });
    const head = rowOf(await scene.upgrade(where, { status: true }), 'orders')?.commit;
    await gitea.api('POST', `/repos/shop/orders/statuses/${head}`, { state: 'failure', context: 'ci' });
    const status = await scene.upgrade(where, { status: true });
    expect(states(status)).toEqual({
      mails: 'failed',
      orders: 'open',
      payments: 'conflict',
      prices: 'closed',
      stock: 'current',
      users: 'merged',
    });
    expect(rowOf(status, 'orders')?.pullRequest).toMatchObject({ number: 1, checks: 'failed' });
    const folder = folders.get('users') ?? '';
    scene.git(folder, 'pull', '--quiet', 'origin', 'main');
    expect(scene.git(folder, 'show', 'HEAD:a.txt')).toBe(lines('3 theirs', '15 mine'));
  });

  it('goes on where it was after the ledger is lost', async () => {
    await scene.runtime.fs.removeTree(scene.runtime.paths.state);
    const before = await all();
    const report = await scene.upgrade(where, { status: true });
    expect(states(report)).toMatchObject({ orders: 'open', prices: 'closed', users: 'merged', stock: 'current' });
    await scene.upgrade(where, check);
    expect((await all()).length).toBe(before.length);
  });

  it('is not pushed over what somebody else has committed to the branch', async () => {
    const folder = folders.get('orders') ?? '';
    scene.git(folder, 'fetch', '--quiet', 'origin', 'svc/upgrade-tiny-1.1.0');
    scene.git(folder, 'checkout', '--quiet', '-b', 'theirs', 'FETCH_HEAD');
    scene.commit(folder, 'by hand');
    scene.git(folder, 'push', '--quiet', 'origin', 'theirs:svc/upgrade-tiny-1.1.0');
    const theirs = scene.git(folder, 'rev-parse', 'HEAD').trim();
    scene.release('1.1.0', { 'files/a.txt': lines('3 theirs'), 'files/b.txt': lines('6 theirs, again') });
    const report = await scene.upgrade(where, check);
    expect(rowOf(report, 'orders')).toMatchObject({ state: 'conflict' });
    expect(scene.git(folder, 'ls-remote', 'origin', 'refs/heads/svc/upgrade-tiny-1.1.0')).toContain(theirs);
  });

  it('leaves the token nowhere', async () => {
    const { stdout } = await scene.runtime.exec({ command: 'grep', args: ['-rl', gitea.token, 'state', 'cache'], cwd: scene.folder });
    expect(stdout).toBe('');
    expect(JSON.stringify(scene.progress)).not.toContain(gitea.token);
  });
});
