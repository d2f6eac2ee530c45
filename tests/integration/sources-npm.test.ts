import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakeEntry } from '../../src/template/sources/npm/fake-tarball.ts';
import { NpmRegistry } from './npm-registry.ts';
import { tinyManifest } from './scene.ts';
import { SourcesScene } from './sources-scene.ts';

const NAME = '@acme/template-tiny';
let scene: SourcesScene;
let registry: NpmRegistry;

beforeEach(async () => {
  scene = new SourcesScene();
  registry = new NpmRegistry(NAME);
  await registry.start();
  Object.assign(scene.env, { npm_config_registry: registry.url, npm_config_fetch_retries: '0' });
});
afterEach(async () => {
  await registry.stop();
  scene.end();
});

const template = (version: string, text: string): readonly FakeEntry[] => [
  { name: 'package/template.yaml', content: tinyManifest({ version }) },
  { name: 'package/files/a.txt', content: text },
];
const lockOf = () => scene.read('.svc/lock.yaml');

describe('a service from an npm package', () => {
  it('goes to the newest version, by real npm, and still answers without the registry', async () => {
    const before = scene.outside();
    registry.publish('1.0.0', template('1.0.0', 'one\n'));
    await scene.new(`npm:${NAME}@1.0.0`);
    expect(lockOf()).toContain(`source: "npm:${NAME}@1.0.0"`);
    expect(lockOf()).toMatch(/package: "1\.0\.0"\n {2}integrity: "?sha512-/);
    registry.publish('1.1.0', template('1.1.0', 'two\n'));
    expect((await scene.upgrade()).template).toEqual({ name: 'tiny', from: '1.0.0', to: '1.1.0' });
    expect(scene.read('a.txt')).toBe('two\n');
    expect(lockOf()).toContain(`npm:${NAME}@1.1.0`);
    await registry.stop();
    expect((await scene.check()).state).toBe('current');
    expect(scene.notes().some((note) => note.includes('the registry does not answer'))).toBe(true);
    expect(scene.outside()).toBe(before);
  });

  it('stays within its range, keeps the range in its lock, and --to names a version', async () => {
    registry.publish('1.0.0', template('1.0.0', 'one\n'));
    await scene.new(`npm:${NAME}@^1.0.0`);
    registry.publish('1.2.0', template('1.2.0', 'two\n'));
    registry.publish('2.0.0', template('2.0.0', 'three\n'));
    expect((await scene.upgrade()).template.to).toBe('1.2.0');
    expect(lockOf()).toContain(`npm:${NAME}@^1.0.0`);
    expect((await scene.upgrade({ to: '2.0.0' })).template.to).toBe('2.0.0');
    expect(lockOf()).toContain(`npm:${NAME}@2.0.0`);
    await expect(scene.upgrade({ to: '3.0.0' })).rejects.toMatchObject({
      code: 'template/not-found',
      message: expect.stringContaining('ETARGET'),
    });
  });

  it('is told where the same version is another package, and where only its README is', async () => {
    registry.publish('1.0.0', template('1.0.0', 'one\n'));
    await scene.new(`npm:${NAME}`);
    registry.publish('1.0.0', [...template('1.0.0', 'one\n'), { name: 'package/README.md', content: 'new' }]);
    expect((await scene.upgrade()).state).toBe('current');
    registry.publish('1.0.0', template('1.0.0', 'evil\n'));
    await expect(scene.check()).rejects.toMatchObject({ code: 'template/changed', message: expect.stringMatching(/sha512-.*\n.*sha512-/) });
  });

  it('runs no script of the package', async () => {
    const before = scene.outside();
    const program = scene.plant('home/planted');
    const planted = scene.outside();
    const scripts = Object.fromEntries(
      ['preinstall', 'install', 'postinstall', 'prepare', 'prepack', 'postpack'].map((name) => [name, program]),
    );
    registry.publish('1.0.0', template('1.0.0', 'one\n'), { scripts });
    await scene.new(`npm:${NAME}`);
    expect(scene.outside()).toBe(planted);
    expect(planted).not.toBe(before);
  });

  it('does not take a package that calls itself otherwise (CVE-2024-25620)', async () => {
    registry.publish('1.0.0', template('1.0.0', 'one\n'), { name: '../another' });
    await expect(scene.new(`npm:${NAME}`)).rejects.toMatchObject({ message: expect.stringContaining('calls itself "../another"') });
  });

  it('asks again where what is in the cache was changed', async () => {
    registry.publish('1.0.0', template('1.0.0', 'one\n'));
    await scene.new(`npm:${NAME}`);
    await registry.stop();
    for (const path of await tarballs()) writeFileSync(path, 'no gzip any more');
    await expect(scene.check()).rejects.toMatchObject({ code: 'template/unavailable' });
  });

  it('is told of a package that is not there', async () => {
    await expect(scene.new('npm:@acme/nothing')).rejects.toMatchObject({
      code: 'template/not-found',
      message: expect.stringMatching(/^There is no npm:@acme\/nothing@latest \(E404: /),
    });
  });
});

async function tarballs(): Promise<readonly string[]> {
  const home = join(scene.folder, 'cache/templates/npm');
  const [entry] = (await scene.runtime.fs.list(home)) ?? [];
  const folder = join(home, entry?.name ?? '');
  return ((await scene.runtime.fs.list(folder)) ?? []).filter(({ name }) => name.endsWith('.tgz')).map(({ name }) => join(folder, name));
}
