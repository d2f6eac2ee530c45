import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { adoptService } from '../../src/upgrade/adopt/adopt.ts';
import type { Adoption, AdoptOrder } from '../../src/upgrade/adopt/adoption.ts';
import { serviceDrift } from '../../src/upgrade/drift.ts';
import { type Files, Scene } from './upgrade-scene.ts';

let scene: Scene;
afterEach(() => scene.end());

/** Whose a file is, by its path; a template may name only what it has. */
const OWNERS = { 'ci.yml': 'owned', 'src/**': 'once', 'README.md': 'once', CODEOWNERS: 'region' } as const;

function ownership(template: Files): string {
  const paths = Object.keys(template).map((path) => path.replace(/^(files|repository)\//, ''));
  const used = Object.entries(OWNERS).filter(([pattern]) =>
    paths.some((path) => path === pattern || path.startsWith(pattern.replace('**', ''))),
  );
  const rules = used.map(([pattern, mode]) => `      - { paths: ['${pattern}'], mode: ${mode} }\n`);
  return rules.length > 0 ? `    ownership:\n${rules.join('')}` : '';
}

/** A service that no template made, in a repository of its own, beside a template in a folder. */
function by(hand: Files, template: Files, override: Partial<Runtime> = {}): Scene {
  scene = new Scene(override);
  scene.release({ files: template, svckit: ownership(template) });
  for (const [path, content] of Object.entries(hand)) put(join(scene.service, path), content);
  scene.git('init', '--quiet');
  scene.commit();
  return scene;
}

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function adopt(more: Partial<AdoptOrder> = {}): Promise<Adoption> {
  const template = join(scene.folder, 'template');
  const order = { path: scene.service, template, set: [], takeOwned: false, dryRun: false, yes: true, summary: () => '', ...more };
  return adoptService(order, scene.runtime);
}

const fates = ({ files }: Adoption) => Object.fromEntries(files.map(({ path, fate }) => [path, fate]));

it('adds what only the template has, leaves what only the service has, and tells a conflict where both differ', async () => {
  by(
    { Dockerfile: 'FROM mine\n', 'same.txt': 'same\n', 'own.txt': 'mine\n', 'README.md': 'My words.\n' },
    { 'files/Dockerfile': 'FROM theirs\n', 'files/same.txt': 'same\n', 'files/new.txt': 'new\n', 'files/README.md': 'Theirs.\n' },
  );
  const before = scene.tree();
  const adoption = await adopt();
  expect(adoption.state).toBe('conflict');
  expect(fates(adoption)).toEqual({ Dockerfile: 'conflict', 'new.txt': 'new', 'README.md': 'kept' });
  expect(scene.read('Dockerfile')).toBe('<<<<<<< yours\nFROM mine\n=======\nFROM theirs\n>>>>>>> tiny-1.0.0\n');
  expect({ ...scene.tree(), Dockerfile: before['Dockerfile'] }).toEqual({ ...before, 'new.txt': 'new\n' });
});

it('is finished by svc upgrade --continue once no marker is left, and is current and honest afterwards', async () => {
  by({ Dockerfile: 'FROM mine\n' }, { 'files/Dockerfile': 'FROM theirs\n', 'files/new.txt': 'new\n' });
  await adopt();
  await expect(scene.continue()).rejects.toThrow('Dockerfile:1');
  scene.edit('Dockerfile', 'FROM both\n');
  expect(await scene.continue()).toMatchObject({ state: 'finished', name: 'orders', template: { to: '1.0.0' } });
  expect(await scene.check()).toMatchObject({ state: 'current' });
  expect((await serviceDrift(scene.service, scene.runtime)).files).toEqual([
    { path: 'Dockerfile', ownership: 'merged', difference: 'edited' },
  ]);
  await expect(adopt()).rejects.toThrow('A template made');
});

it('is taken back by svc upgrade --abort, to the byte', async () => {
  by({ Dockerfile: 'FROM mine\n', 'own.txt': 'x' }, { 'files/Dockerfile': 'FROM theirs\n', 'files/deep/er/new.txt': 'new\n' });
  const before = scene.tree();
  await adopt();
  await expect(adopt()).rejects.toThrow('An upgrade is under way');
  expect(await scene.abort()).toMatchObject({ state: 'aborted' });
  expect(scene.tree()).toEqual(before);
  expect(existsSync(join(scene.service, 'deep'))).toBe(false);
});

it('keeps the edits of an adopted service when its template goes on', async () => {
  by({ 'a.txt': 'one\ntwo\nthree\nfour\nfive\n' }, { 'files/b.txt': 'b\n' });
  await adopt();
  scene.commit();
  scene.edit('b.txt', 'b\nmine\n');
  scene.commit();
  scene.release({ version: '1.1.0', files: { 'files/b.txt': 'new first line\nb\n' } });
  await scene.upgrade();
  expect(scene.read('b.txt')).toContain('mine');
});

it('takes the template’s own files only with consent', async () => {
  by({ 'ci.yml': 'mine\n' }, { 'files/ci.yml': 'theirs\n' });
  const without = await adopt({ dryRun: true });
  expect(without.files).toMatchObject([{ fate: 'conflict', message: expect.stringContaining('--take-owned') }]);
  expect(await adopt({ takeOwned: true })).toMatchObject({ state: 'adopted', files: [{ path: 'ci.yml', fate: 'healed' }] });
  expect(scene.read('ci.yml')).toBe('theirs\n');
});

it('asks for that consent where somebody is at the terminal', async () => {
  const questions: string[] = [];
  const confirm = async ({ message }: { message: string }) => questions.push(message) > 0;
  by(
    { 'ci.yml': 'mine\n' },
    { 'files/ci.yml': 'theirs\n' },
    {
      terminal: { interactive: true, columns: 80 },
      ask: { confirm } as unknown as Runtime['ask'],
    },
  );
  expect(await adopt({ yes: false, set: [['name', 'orders']] })).toMatchObject({ state: 'adopted', confirmed: true });
  expect(questions[0]).toContain('ci.yml');
  expect(questions).toHaveLength(2);
});

it('merges JSON by its keys: the service wins a clash, and the clash is told', async () => {
  const mine = '{\n    "name": "x",\n    "files": ["a", "b"],\n    "scripts": { "start": "node mine" }\n}\n';
  by(
    { 'package.json': mine, 'index.js': '' },
    {
      'files/package.json':
        '{ "name": "x", "type": "module", "scripts": { "start": "theirs", "check": "tsc" }, "engines": { "node": "20" } }',
    },
  );
  const { files } = await adopt({ set: [['name', 'x']] });
  expect(files).toMatchObject([{ fate: 'merged', message: 'added scripts.check, engines; yours stays at type, scripts.start' }]);
  expect(JSON.parse(scene.read('package.json'))).toEqual({
    name: 'x',
    files: ['a', 'b'],
    scripts: { start: 'node mine', check: 'tsc' },
    engines: { node: '20' },
  });
  expect(scene.read('package.json')).toContain('"files": ["a", "b"]');
});

it('leaves out example code where the service has code of its own', async () => {
  by({ 'lib/main.go': 'package main\n' }, { 'files/src/example.ts': 'export {};\n', 'files/new.txt': 'new\n' });
  const adoption = await adopt();
  expect(fates(adoption)).toEqual({ 'new.txt': 'new' });
  expect(adoption.notes).toContain('Left out: 1 files of example code, as the service has code of its own');
});

it('adds lines of its own to a file that the repository shares', async () => {
  by({ CODEOWNERS: '* @everyone\n' }, { 'repository/CODEOWNERS': '/orders/ @team\n' });
  expect(fates(await adopt())).toEqual({ CODEOWNERS: 'merged' });
  expect(scene.read('CODEOWNERS')).toBe('* @everyone\n\n# svckit:begin orders\n/orders/ @team\n# svckit:end orders\n');
});

it('writes nothing over what is not committed, and names it', async () => {
  by({ Dockerfile: 'FROM mine\n' }, { 'files/Dockerfile': 'FROM theirs\n' });
  scene.edit('Dockerfile', 'FROM not committed\n');
  const before = scene.tree();
  await expect(adopt()).rejects.toThrow('Dockerfile');
  expect(scene.tree()).toEqual(before);
});

it('keeps Windows line ends, and does not write beside another spelling of a path', async () => {
  by({ 'a.txt': 'one\r\ntwo\r\n', 'readme.md': 'mine\n' }, { 'files/a.txt': 'one\ntwo\n', 'files/README.md': 'theirs\n' });
  const adoption = await adopt();
  expect(fates(adoption)).toEqual({});
  expect(adoption.notes).toContain('README.md is not written: readme.md is there');
});

it('refuses to write through a link', async () => {
  by({ 'own.txt': 'x' }, { 'files/docs/a.txt': 'a\n' });
  mkdirSync(join(scene.folder, 'elsewhere'));
  symlinkSync(join(scene.folder, 'elsewhere'), join(scene.service, 'docs'));
  scene.commit();
  await expect(adopt()).rejects.toThrow();
  expect(scene.tree(join(scene.folder, 'elsewhere'))).toEqual({});
});

it('enters a service of a workspace where svc new would', async () => {
  by({ 'own.txt': 'x' }, { 'files/catalog-info.yaml': 'a: 1\n', 'files/package.json': '{}\n' });
  put(join(scene.service, 'svc.yaml'), '# nothing yet\n');
  put(
    join(scene.service, 'catalog-info.yaml'),
    'apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: { name: shop }\nspec: { targets: [] }\n',
  );
  put(join(scene.service, 'package.json'), '{ "workspaces": [] }\n');
  put(join(scene.service, 'services/stock/main.go'), 'package main\n');
  scene.commit();
  const adoption = await adopt({ path: join(scene.service, 'services/stock'), set: [['name', 'stock']] });
  expect(adoption).toMatchObject({ state: 'adopted', root: scene.service });
  expect(scene.read('catalog-info.yaml')).toContain('./services/stock/catalog-info.yaml');
  expect(scene.read('package.json')).toContain('services/stock');
});
