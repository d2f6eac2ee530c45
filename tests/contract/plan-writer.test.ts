import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SvcError } from '../../src/errors.ts';
import type { Change } from '../../src/plan/plan.ts';
import type { FileSystem, Runtime } from '../../src/runtime/runtime.ts';
import { carryOut, recover } from '../../src/state/carry-out.ts';
import { treeOf, WORLDS, type World } from './plan-worlds.ts';

const create = (path: string, content = path): Change => ({ kind: 'create', path, content });
const replace = (path: string, expected: string, content: string): Change => ({ kind: 'replace', path, content, expected });
const remove = (path: string, expected: string): Change => ({ kind: 'remove', path, expected });

/** A change of every kind, in the order of the paths. */
const CHANGES = [create('a'), remove('gone', 'going'), create('new/b'), create('new/deep/c'), replace('old', 'before', 'after')];

/** What these changes begin from. */
async function startedIn({ root, runtime, tree }: World): Promise<Record<string, string>> {
  await runtime.fs.createFolder(root);
  await runtime.fs.createFile(join(root, 'old'), 'before');
  await runtime.fs.createFile(join(root, 'gone'), 'going');
  return tree();
}

async function expectNothingLeft({ root, runtime, tree }: World, after: string): Promise<void> {
  await carryOut({ root, changes: [create('next')] }, { ...runtime, processAt: last });
  expect(Object.keys(await tree()).filter(isTemporary), `left after ${after}`).toEqual([]);
  expect(await treeOf(runtime.paths.state, runtime), `state after ${after}`).toEqual({ 'plans/': 'folder' });
}

describe.each(Object.entries(WORLDS))('a plan carried out in %s', (_, open) => {
  let world: World;
  let fs: FileSystem;
  const at = (path: string) => join(world.root, path);
  const carry = (changes: readonly Change[], runtime: Runtime = world.runtime, root = world.root) => carryOut({ root, changes }, runtime);
  const put = async (path: string, content: string) => fs.createFile(at(path), content);

  beforeEach(async () => {
    world = open();
    fs = world.runtime.fs;
    await fs.createFolder(world.root);
  });
  afterEach(() => world.end());

  it('makes files and folders, and leaves nothing else behind', async () => {
    await carry([create('a.txt'), create('src/deep/b.ts'), { kind: 'unchanged', path: 'kept' }]);
    expect(await world.tree()).toEqual({ 'a.txt': 'a.txt', 'src/': 'folder', 'src/deep/': 'folder', 'src/deep/b.ts': 'src/deep/b.ts' });
    expect(await treeOf(world.runtime.paths.state, world.runtime)).toEqual({ 'plans/': 'folder' });
  });

  it('makes the root and the folders above it', async () => {
    await carry([create('a/b.txt', 'x')], world.runtime, at('new/root'));
    expect(await fs.readText(at('new/root/a/b.txt'))).toBe('x');
  });

  it('keeps the executable bit, also of a file that is replaced', async () => {
    await carry([{ kind: 'create', path: 'run.sh', content: 'one', executable: true }]);
    await carry([replace('run.sh', 'one', 'two')]);
    expect(await fs.info(at('run.sh'))).toMatchObject({ executable: true, size: 3 });
  });

  it('sets the executable bit where it is told to', async () => {
    await put('run.sh', 'one');
    await carry([{ ...replace('run.sh', 'one', 'one'), executable: true } as Change]);
    expect(await fs.info(at('run.sh'))).toMatchObject({ executable: true, size: 3 });
  });

  it('removes a file only where it holds what the plan was made from', async () => {
    await put('a', 'mine');
    await expect(carry([remove('a', 'old')])).rejects.toMatchObject({ code: 'plan/conflict' });
    await expect(carry([remove('b', 'old')])).rejects.toMatchObject({ code: 'plan/conflict' });
    expect(await world.tree()).toEqual({ a: 'mine' });
    await carry([remove('a', 'mine')]);
    expect(await world.tree()).toEqual({});
  });

  it('replaces a file only where it holds what the plan was made from', async () => {
    await put('a.yaml', 'mine');
    await expect(carry([create('new'), replace('a.yaml', 'old', 'new')])).rejects.toMatchObject({ code: 'plan/conflict' });
    expect(await world.tree()).toEqual({ 'a.yaml': 'mine' });
  });

  it('writes over nothing', async () => {
    await put('a', 'mine');
    await expect(carry([create('b'), create('a')])).rejects.toMatchObject({ code: 'plan/conflict' });
    await expect(carry([create('a/b')])).rejects.toMatchObject({ code: 'plan/conflict' });
    expect(await world.tree()).toEqual({ a: 'mine' });
  });

  it.each([
    ['a link to a folder', 'link/x', 'outside'],
    ['a dangling link', 'link/x', 'nowhere'],
    ['a link in place of the file', 'link', 'outside/file'],
    ['a dangling link in place of the file', 'link', 'nowhere'],
    ['a link to itself', 'link/x', 'link'],
  ])('writes nothing through %s', async (_name, path, target) => {
    await fs.createFolder(at('outside'));
    await world.link(at(target), at('link'));
    const before = await world.tree();
    await expect(carry([create('fine'), create(path)])).rejects.toMatchObject({ code: 'plan/unsafe-path' });
    await expect(carry([create('fine'), replace(path, '', 'new')])).rejects.toBeInstanceOf(SvcError);
    expect(await world.tree()).toEqual(before);
  });

  it('follows a link that the user named as the root', async () => {
    await fs.createFolder(at('real'));
    await world.link(at('real'), at('shortcut'));
    await carry([create('a')], world.runtime, at('shortcut'));
    expect(await fs.readText(at('real/a'))).toBe('a');
  });

  it('refuses a root behind a dangling link', async () => {
    await world.link(at('nowhere'), at('dangling'));
    await expect(carry([create('a')], world.runtime, at('dangling/x'))).rejects.toMatchObject({ code: 'plan/unsafe-path' });
  });

  it('is all or nothing: after a failure at any step, all is as before; after a kill, the next run sees to it', async () => {
    const steps = await countSteps(() => startedIn(world).then(() => carry(CHANGES, counted(world.runtime, Number.POSITIVE_INFINITY))));
    const after = await world.tree();
    expect(steps).toBeGreaterThan(15);
    for (let step = 1; step <= steps; step += 1) {
      for (const how of ['fails', 'stays full', 'dies'] as const) {
        const fresh = open();
        const before = await startedIn(fresh);
        const error = await carryOut({ root: fresh.root, changes: CHANGES }, counted(fresh.runtime, step, how)).catch(String);
        // Without any room left, what was moved cannot always come back at once; the user is told.
        if (how === 'dies' || error?.includes('by the next run')) await recover(fresh.root, { ...fresh.runtime, processAt: later });
        expect([before, after], `step ${step} ${how}`).toContainEqual(withoutTemporary(await fresh.tree()));
        await expectNothingLeft(fresh, `step ${step} ${how}`);
        fresh.end();
      }
    }
  });

  it('stops at the next safe point when it is asked to, and undoes what it did', async () => {
    const stop = new AbortController();
    const createFile: FileSystem['createFile'] = (path, ...rest) => {
      if (path.endsWith('/c7')) stop.abort();
      return fs.createFile(path, ...rest);
    };
    const files = { ...fs, createFile };
    const many = Array.from({ length: 20 }, (__, index) => create(`x/c${index}`));
    await expect(carry(many, { ...world.runtime, fs: files, signal: stop.signal })).rejects.toMatchObject({ code: 'input/cancelled' });
    expect(await world.tree()).toEqual({});
  });

  it('lets one of two runs win, and names it to the other', async () => {
    const results = await Promise.allSettled([carry([create('one')]), carry([create('two')])]);
    const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as SvcError] : []));
    expect(lost).toHaveLength(1);
    expect(lost[0]).toMatchObject({ code: 'plan/busy', message: expect.stringMatching(/process 1 on here, since/) });
    expect(Object.keys(await world.tree())).toHaveLength(1);
  });

  it.each([
    ['ended', async () => undefined],
    ['was given to another process', later],
  ])('takes over the lock of a process whose id %s', async (_name, processAt) => {
    let killed = false;
    const createFile: FileSystem['createFile'] = (path, ...rest) => {
      if (path.endsWith('.lock')) return fs.createFile(path, ...rest);
      killed = true;
      return new Promise(() => {});
    };
    void carry([create('a')], { ...world.runtime, fs: { ...fs, createFile } });
    while (!killed) await new Promise((resolve) => setTimeout(resolve, 1));
    await expect(carry([create('b')])).rejects.toMatchObject({ code: 'plan/busy' });
    const self = await world.runtime.processAt();
    await carry([create('b')], {
      ...world.runtime,
      processAt: async (id) => (id === undefined ? self && { ...self, startedAt: 'now' } : processAt()),
    });
    expect(await world.tree()).toEqual({ b: 'b' });
  });
});

describe('a plan that is interrupted again and again', () => {
  const inMemory = WORLDS['memory'] as () => World;
  const next = (world: World) => ({ ...world.runtime, processAt: later });

  /** Every pair of a step of the first and a step of the second run at which they end. */
  async function eachPair(how: Fault, again: Fault, check: (world: World, before: Tree, at: string) => Promise<void>): Promise<number> {
    let pairs = 0;
    for (let first = 1; ; first += 1) {
      for (let second = 1; ; second += 1) {
        const world = inMemory();
        const before = await startedIn(world);
        const begun = counted(world.runtime, first, how);
        await carryOut({ root: world.root, changes: CHANGES }, begun).catch(() => undefined);
        if (asked < first) return pairs;
        asked = 0;
        const over = await recover(world.root, counted(next(world), second, again)).then(...BOTH);
        const reached = asked >= second;
        await check(world, before, `step ${first} ${how}, then step ${second} of the next run ${again}: ${over}`);
        pairs += 1;
        if (!reached) break;
      }
    }
  }

  it.each([
    ['dies', 'dies'],
    ['dies', 'fails'],
    ['dies', 'stays full'],
    ['stays full', 'dies'],
    ...[1, 2, 3, 5, 7, 9, 12].map((later) => [`fails, and dies ${later} steps into the undo`, 'dies'] as const),
  ] as const)('is as before or complete where it %s, and its recovery %s, at any step', async (how, again) => {
    const world = inMemory();
    await startedIn(world);
    await carryOut({ root: world.root, changes: CHANGES }, world.runtime);
    const after = await world.tree();
    const seen = new Set<string>();
    const pairs = await eachPair(how, again, async (fresh, before, at) => {
      await recover(fresh.root, { ...next(fresh), processAt: latest });
      const tree = withoutTemporary(await fresh.tree());
      expect([before, after], at).toContainEqual(tree);
      seen.add(JSON.stringify(tree));
      await expectNothingLeft(fresh, at);
    });
    expect(pairs).toBeGreaterThan(50);
    expect(seen.size, 'both ends are reached').toBe(2);
  });

  it('leaves what somebody wrote in between, and ends the rest', async () => {
    const world = inMemory();
    await startedIn(world);
    const steps = await countSteps(() =>
      carryOut({ root: world.root, changes: CHANGES }, counted(world.runtime, Number.POSITIVE_INFINITY)),
    );
    for (let step = 1; step <= steps; step += 1) {
      const fresh = inMemory();
      await startedIn(fresh);
      await carryOut({ root: fresh.root, changes: CHANGES }, counted(fresh.runtime, step, 'dies')).catch(() => undefined);
      const { fs } = fresh.runtime;
      await fs.removeFile(join(fresh.root, 'old'));
      await fs.createFile(join(fresh.root, 'old'), 'mine');
      if ((await fs.info(join(fresh.root, 'new'))) !== undefined) await fs.createFile(join(fresh.root, 'new', 'own'), 'mine');
      await recover(fresh.root, next(fresh));
      const { 'new/own': own = 'mine', old, ...rest } = await fresh.tree();
      expect([own, old], `step ${step}`).toEqual(['mine', 'mine']);
      expect([undefined, 'going'], `step ${step}`).toContain(rest['gone']);
      expect('a' in rest, `step ${step}: the moves are of one kind`).toBe(!('gone' in rest));
      await expectNothingLeft(fresh, `step ${step}`);
    }
  });
});

type Tree = Record<string, string>;
const BOTH = [() => 'ended', String] as const;

async function latest() {
  return { id: 1, host: 'here', startedAt: 'latest' };
}

async function last() {
  return { id: 1, host: 'here', startedAt: 'last' };
}

async function later() {
  return { id: 1, host: 'here', startedAt: 'later' };
}

/** What is not moved away yet is beside the files, under names of its own, until the next run. */
function isTemporary(path: string): boolean {
  return path.includes('.svckit-');
}

function withoutTemporary(tree: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => !isTemporary(path)));
}

/** Runs `work` and tells how many changes it asked of the file system. */
async function countSteps(work: () => Promise<void>): Promise<number> {
  asked = 0;
  await work();
  return asked;
}

let asked = 0;

const NEEDING_ROOM = ['createFile', 'createFolder'];
const CHANGING = ['createFile', 'rename', 'createFolder', 'removeFile', 'removeFolder', 'syncFolder'] as const;

type Fault = 'fails' | `fails, and dies ${number} steps into the undo` | 'stays full' | 'dies';

/**
 * A runtime whose file system fails once, has no room from a step on, or does nothing any more from there on, or from some steps after
 * a failure on, as after a kill.
 */
function counted(runtime: Runtime, last: number, how: Fault = 'fails'): Runtime {
  let step = 0;
  const diesAt = how === 'dies' ? last : last + Number(/\d+/.exec(how)?.[0] ?? Number.POSITIVE_INFINITY);
  const goesOn = (name: string) => (how === 'stays full' ? NEEDING_ROOM.includes(name) : step >= diesAt);
  const fs = { ...runtime.fs };
  for (const name of CHANGING) {
    const work = runtime.fs[name] as (...args: unknown[]) => Promise<never>;
    const change = async (...args: unknown[]) => {
      step += 1;
      asked = step;
      if (step === last || (step > last && goesOn(name))) throw new SvcError('file/disk-full', `step ${step}`, { hint: '' });
      return work(...args);
    };
    Object.assign(fs, { [name]: change });
  }
  return { ...runtime, fs };
}
