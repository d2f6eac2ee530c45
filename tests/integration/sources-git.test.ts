import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asideIn, cacheFolder } from '../../src/template/sources/cache.ts';
import { findTemplate } from '../../src/template/sources/find.ts';
import { newShelf } from '../../src/template/sources/shelf.ts';
import { serviceDrift } from '../../src/upgrade/drift.ts';
import { offeredTemplate } from '../../src/upgrade/offer.ts';
import { readMade } from '../../src/upgrade/service.ts';
import { put } from './scene.ts';
import { SourcesScene } from './sources-scene.ts';

let scene: SourcesScene;

beforeEach(() => {
  scene = new SourcesScene();
});
afterEach(() => scene.end());

const lines = (...changed: readonly string[]) =>
  Array.from({ length: 12 }, (_, line) => changed.find((each) => each.startsWith(`${line} `)) ?? `${line} as it was`).join('\n');
const lockOf = () => scene.read('.svc/lock.yaml');

describe('a service from a git repository', () => {
  it('keeps the user’s edit through a new tag, and still answers when the repository is gone', async () => {
    const commit = scene.publish('1.0.0', { 'files/a.txt': lines(), 'files/run.sh': '#!' }, { tag: 'v1.0.0' });
    await scene.new(`${scene.url}#v1.0.0`);
    expect(lockOf()).toContain(`source: "${scene.url}#v1.0.0"`);
    expect(lockOf()).toContain(commit);
    expect((await scene.check()).state).toBe('current');
    scene.edit('a.txt', lines('2 mine'));
    scene.publish('1.1.0', { 'files/a.txt': lines('9 theirs') }, { tag: 'v1.1.0' });
    expect((await scene.check()).state).toBe('behind');
    expect((await scene.upgrade()).template).toEqual({ name: 'tiny', from: '1.0.0', to: '1.1.0' });
    expect(scene.read('a.txt')).toBe(lines('2 mine', '9 theirs'));
    expect(lockOf()).toContain('#v1.1.0');

    rmSync(scene.origin, { recursive: true });
    scene.told.length = 0;
    expect((await scene.check()).state).toBe('current');
    expect(scene.notes()).toEqual([expect.stringMatching(/^Taking what was read before: file:.* does not answer/)]);
    const drift = await serviceDrift(join(scene.target, 'orders'), scene.runtime);
    expect(drift.files).toMatchObject([{ path: 'a.txt', difference: 'edited' }]);
    expect((await scene.upgrade()).state).toBe('current');
  });

  it('is made from a folder of it, a branch, a commit, or its default branch', async () => {
    scene.publish('1.0.0', { 'files/a.txt': 'one' }, { at: 'templates/tiny' });
    const first = scene.git('rev-parse', 'HEAD');
    scene.git('branch', 'next');
    scene.publish('1.1.0', { 'files/a.txt': 'two' }, { at: 'templates/tiny' });
    for (const [ref, text] of [
      ['', 'two'],
      ['#next', 'one'],
      [`#${first}`, 'one'],
      ['#main', 'two'],
    ] as const) {
      await scene.new(`${scene.url}//templates/tiny${ref}`);
      expect(scene.read('a.txt')).toBe(text);
      rmSync(join(scene.target, 'orders'), { recursive: true });
    }
  });

  it('follows the head of its branch, which may change without a new version', async () => {
    scene.publish('1.0.0', { 'files/a.txt': 'one\n' });
    await scene.new(scene.url);
    const lock = lockOf();
    scene.git('commit', '--quiet', '--allow-empty', '-m', 'nothing new for the template');
    expect((await scene.upgrade()).state).toBe('current');
    expect(lockOf()).toBe(lock);
    scene.publish('1.0.0', { 'files/a.txt': 'two\n' });
    expect((await scene.upgrade()).state).toBe('upgraded');
    expect(scene.read('a.txt')).toBe('two\n');
  });

  it('stays with its commit, and says so', async () => {
    const commit = scene.publish('1.0.0', { 'files/a.txt': 'one\n' });
    await scene.new(`${scene.url}#${commit}`);
    scene.publish('1.1.0', { 'files/a.txt': 'two\n' }, { tag: 'tiny-v1.1.0' });
    expect((await scene.upgrade()).state).toBe('current');
    expect(scene.notes().at(-1)).toContain(`stays at commit ${commit.slice(0, 12)}`);
    expect((await scene.upgrade({ to: '1.1.0' })).state).toBe('upgraded');
    expect(lockOf()).toContain('#tiny-v1.1.0');
  });
});

it('asked for by the version that its branch has, still follows the branch; by another one, the tag of that', async () => {
  scene.publish('1.0.0', { 'files/a.txt': 'one\n' }, { tag: 'v1.0.0' });
  await scene.new(`${scene.url}#main`);
  scene.publish('1.1.0', { 'files/a.txt': 'two\n' }, { tag: 'v1.1.0' });
  await scene.upgrade({ to: '1.1.0' });
  expect(lockOf()).toContain('#main');
  scene.publish('1.2.0', { 'files/a.txt': 'three\n' }, { tag: 'v1.2.0' });
  scene.publish('1.3.0', { 'files/a.txt': 'four\n' });
  await scene.upgrade({ to: '1.2.0' });
  expect(lockOf()).toContain('#v1.2.0');
});

describe('the version of an upgrade', () => {
  beforeEach(async () => {
    scene.publish('1.0.0', { 'files/a.txt': 'one\n' }, { tag: 'tiny@1.0.0' });
    await scene.new(`${scene.url}#tiny@1.0.0`);
    scene.publish('1.1.0', { 'files/a.txt': 'two\n' }, { tag: 'tiny@1.1.0' });
    scene.publish('1.2.0', { 'files/a.txt': 'three\n' }, { tag: 'tiny@1.2.0' });
    scene.publish('2.0.0', { 'files/a.txt': 'next\n' }, { tag: 'tiny@2.0.0-rc.1' });
    scene.publish('9.0.0', { 'files/a.txt': 'another\n' }, { tag: 'other@9.0.0' });
  });

  it('is the newest of its series without pre-releases', async () => {
    expect((await scene.upgrade()).template.to).toBe('1.2.0');
  });

  it.each([
    ['1.1.0', '1.1.0'],
    ['2.0.0-rc.1', '2.0.0'],
    ['1.0.0', '1.0.0'],
  ])('is the one that is asked for: %s', async (to, version) => expect((await scene.upgrade({ to })).template.to).toBe(version));

  it.each([
    ['0.9.0', 'input/invalid', '0.9.0 is older'],
    ['latest', 'input/invalid', '"latest" is no version'],
    ['1.5.0', 'template/not-found', 'There is no version 1.5.0 in file://'],
  ])('is refused as %s', async (to, code, message) => {
    await expect(scene.upgrade({ to })).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('is refused where template.yaml says another than the tag', async () => {
    scene.publish('1.2.9', { 'files/a.txt': 'x\n' }, { tag: 'tiny@1.3.0' });
    await expect(scene.upgrade({ to: '1.3.0' })).rejects.toMatchObject({ message: expect.stringContaining('#tiny@1.3.0 is 1.2.9') });
  });
});

describe('a tag that was moved', () => {
  beforeEach(async () => {
    scene.publish('1.0.0', { 'files/a.txt': 'one\n' }, { tag: 'v1.0.0' });
    await scene.new(`${scene.url}#v1.0.0`);
  });

  it('is an error that shows both digests', async () => {
    const digest = /sha256:\w+/.exec(lockOf())?.[0] ?? '';
    scene.publish('1.0.0', { 'files/a.txt': 'evil\n' }, { tag: 'v1.0.0' });
    for (const attempt of [scene.check, () => scene.upgrade(), () => scene.upgrade({ to: '1.0.0' })]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'template/changed', message: expect.stringContaining(digest) });
    }
    expect(scene.read('a.txt')).toBe('one\n');
  });

  it('is none where the template in it is the same', async () => {
    scene.git('commit', '--quiet', '--allow-empty', '-m', 'elsewhere');
    scene.git('tag', '--force', 'v1.0.0');
    expect((await scene.upgrade()).state).toBe('current');
  });

  it('does not stand in the way of the next version', async () => {
    scene.publish('1.0.0', { 'files/a.txt': 'evil\n' }, { tag: 'v1.0.0' });
    scene.publish('1.1.0', { 'files/a.txt': 'two\n' }, { tag: 'v1.1.0' });
    expect((await scene.upgrade()).template.to).toBe('1.1.0');
  });

  it('that names no whole version is followed as a branch is', async () => {
    scene.publish('1.0.0', { 'files/a.txt': 'two\n' }, { tag: 'v1' });
    rmSync(join(scene.target, 'orders'), { recursive: true });
    await scene.new(`${scene.url}#v1`);
    scene.publish('1.0.0', { 'files/a.txt': 'three\n' }, { tag: 'v1' });
    expect((await scene.upgrade()).state).toBe('upgraded');
  });
});

describe('many services', () => {
  it('ask a source once a run', async () => {
    scene.publish('1.0.0', { 'files/a.txt': 'one\n' }, { tag: 'v1.0.0' });
    await scene.new(`${scene.url}#v1.0.0`);
    scene.publish('1.1.0', { 'files/a.txt': 'two\n' }, { tag: 'v1.1.0' });
    const made = await readMade(join(scene.target, 'orders'), scene.runtime);
    const shelf = newShelf();
    scene.ran.length = 0;
    const offers = await Promise.all(Array.from({ length: 2_000 }, () => offeredTemplate(made, { shelf }, scene.runtime)));
    expect(new Set(offers.map(({ manifest }) => manifest.version))).toEqual(new Set(['1.1.0']));
    expect(scene.ran.map((line) => / (ls-remote|init|fetch|rev-parse|ls-tree|cat-file) /.exec(`${line} `)?.[1])).toEqual([
      'ls-remote',
      'init',
      'fetch',
      'rev-parse',
      'ls-tree',
      'cat-file',
    ]);
  });

  it('may fill the same place of the cache at once', async () => {
    scene.publish('1.0.0', { 'files/a.txt': 'one\n' }, { tag: 'v1.0.0' });
    const read = () => findTemplate(`${scene.url}#v1.0.0`, scene.runtime);
    const digests = await Promise.all(Array.from({ length: 8 }, async () => (await read()).digest));
    expect(new Set(digests).size).toBe(1);
    expect((await scene.runtime.fs.list(join(scene.folder, 'cache/templates/git'))) ?? []).toHaveLength(1);
  });
});

it('clears away what a killed run left in the cache, and what another machine works on it leaves', async () => {
  scene.publish('1.0.0', { 'files/a.txt': 'one\n' });
  await findTemplate(scene.url, scene.runtime);
  const folder = cacheFolder('git', scene.url, scene.runtime);
  const names = async () => ((await scene.runtime.fs.list(folder)) ?? []).map(({ name }) => name).filter((name) => name.startsWith('new-'));
  const mine = await asideIn(folder, scene.runtime, async (aside) => basename(aside));
  expect(await names()).toEqual([]);
  const [killed, elsewhere] = [mine.replace(/-\d+-/, '-99999999-'), 'new-00000000-99999999-x'];
  for (const name of [killed, elsewhere]) put(join(folder, name, 'objects/pack/tmp_pack'), 'half of it');
  scene.publish('1.0.0', { 'files/a.txt': 'two\n' });
  await findTemplate(scene.url, scene.runtime);
  expect(await names()).toEqual([elsewhere]);
});

it('fetches again what is broken in the cache', async () => {
  const commit = scene.publish('1.0.0', { 'files/a.txt': 'one\n' });
  const { digest } = await findTemplate(scene.url, scene.runtime);
  const packs = join(cacheFolder('git', scene.url, scene.runtime), commit, 'objects/pack');
  const breakPacks = () => {
    for (const name of readdirSync(packs)) rmSync(join(packs, name));
  };
  breakPacks();
  expect((await findTemplate(scene.url, scene.runtime)).digest).toBe(digest);
  breakPacks();
  rmSync(scene.origin, { recursive: true });
  await expect(findTemplate(scene.url, scene.runtime)).rejects.toMatchObject({ code: 'template/unavailable' });
});

describe('a repository is told about that', () => {
  it.each([
    ['has no such tag', '#v1.0', 'has no tag or branch v1.0', 'Did you mean v1.0.0?'],
    ['is asked by half a commit', '#abcdef1', 'has no tag or branch abcdef1', 'full id of 40 digits'],
    ['holds its templates in folders', '#main', 'is no template', '//worker'],
    ['has no such folder', '//nowhere', 'there is no nowhere/template.yaml', '//worker'],
  ])('%s', async (_, rest, message, hint) => {
    scene.publish('1.0.0', { 'files/a.txt': 'one\n' }, { at: 'worker', tag: 'v1.0.0' });
    await expect(scene.new(`${scene.url}${rest}`)).rejects.toMatchObject({
      code: 'template/not-found',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });

  it('is empty', async () => {
    await expect(scene.new(scene.url)).rejects.toMatchObject({ message: expect.stringContaining('is empty') });
  });

  it('is not there, in git’s own words', async () => {
    await expect(scene.new(`${scene.url}-not`)).rejects.toMatchObject({
      code: 'template/unavailable',
      message: expect.stringContaining('does not appear to be a git repository'),
    });
  });
});
