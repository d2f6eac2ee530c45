import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serviceDrift } from '../../src/upgrade/drift.ts';
import { Services } from './add-scene.ts';
import { lines } from './scene.ts';
import { fates, Scene } from './upgrade-scene.ts';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.end());

const input = (name: string, more = 'enum: [none, pg], default: none') => `        ${name}: { type: string, ${more} }\n`;

describe('a recorded answer', () => {
  const files = (name: string) => ({ 'files/a.txt.hbs': `<% ${name} %>\n` });

  it('follows its input through the versions, with its value', async () => {
    scene.release({ files: files('db'), properties: input('db') });
    await scene.make();
    await scene.upgrade({ set: [['db', 'pg']] });
    scene.commit();
    scene.release({
      version: '3.0.0',
      files: files('database'),
      properties: input('database', 'enum: [none, postgres], default: none'),
      svckit:
        '    inputs:\n      - { in: 2.0.0, from: db, to: store, values: { pg: postgres } }\n      - { in: 3.0.0, from: store, to: database }',
    });
    const upgraded = await scene.upgrade();
    expect(scene.read('a.txt')).toBe('postgres\n');
    expect(scene.read('.svc/lock.yaml')).toContain('database: postgres');
    expect(upgraded.notes).toEqual([
      'The answer db: pg is store: postgres since 2.0.0',
      'The answer store: postgres is database: postgres since 3.0.0',
    ]);
    scene.commit();
    await expect(scene.upgrade({ set: [['db', 'none']] })).rejects.toMatchObject({
      message: 'db is called database now',
      hint: 'Give it as: --set database=…',
    });
  });

  it('is dropped, and that is told, where its input is gone', async () => {
    scene.release({ files: files('legacy'), properties: input('legacy') });
    await scene.make();
    scene.release({ version: '2.0.0', files: files('name'), svckit: '    inputs: [{ in: 2.0.0, removed: legacy }]' });
    expect((await scene.upgrade()).notes).toEqual(['The answer legacy: none is dropped: the template does not ask for it any more']);
    expect(scene.read('.svc/lock.yaml')).not.toContain('legacy');
  });
});

describe('an answer that the user changes', () => {
  const svckit = "    ownership: [{ paths: ['src/**'], mode: once }]\n    include: [{ paths: [src/pg.txt], when: { db: pg } }]";
  const body = (first: string) => `${first}${lines()}<%#if (eq db "pg")%>pg\n<%/if%>`;

  it('brings its difference, and nothing else, into files of the user’s own', async () => {
    const files = (first: string) => ({ 'files/src/a.txt.hbs': body(first), 'files/src/b.txt': first, 'files/src/pg.txt': 'x\n' });
    scene.release({ files: files('one\n'), properties: input('db'), svckit });
    await scene.make();
    scene.edit('src/a.txt', `one\n${lines('15 mine')}`);
    scene.edit('src/own.txt', 'mine\n');
    scene.commit();
    scene.release({ version: '1.1.0', files: { ...files('two\n'), 'files/c.txt': 'c\n' }, properties: input('db'), svckit });
    const upgraded = await scene.upgrade({ set: [['db', 'pg']] });
    expect(fates(upgraded)).toMatchObject({ 'src/pg.txt': 'new', 'c.txt': 'new', 'src/b.txt': 'kept' });
    expect(scene.read('src/a.txt')).toBe(`one\n${lines('15 mine')}pg\n`);
    expect(scene.read('src/b.txt')).toBe('one\n');
    expect(scene.read('src/pg.txt')).toBe('x\n');
  });

  it('follows a file that the template moves and the user keeps', async () => {
    scene.release({ files: { 'files/src/a.txt.hbs': body('one\n') }, properties: input('db'), svckit: svckit.split('\n')[0] ?? '' });
    await scene.make();
    scene.edit('src/a.txt', `one\n${lines('15 mine')}`);
    scene.commit();
    scene.release({
      version: '1.1.0',
      files: { 'files/src/b.txt.hbs': body('one\n') },
      properties: input('db'),
      svckit: `${svckit.split('\n')[0]}\n    moves: [{ in: 1.1.0, from: src/a.txt, to: src/b.txt }]`,
    });
    await scene.upgrade({ set: [['db', 'pg']] });
    expect(scene.read('src/a.txt')).toBe(`one\n${lines('15 mine')}pg\n`);
    expect(existsSync(join(scene.service, 'src/b.txt'))).toBe(false);
  });

  it('cannot be the name of the service', async () => {
    scene.release({ files: { 'files/__name__.txt.hbs': '<% name %>\n' } });
    await scene.make();
    await expect(scene.upgrade({ set: [['name', 'billing']] })).rejects.toMatchObject({
      code: 'template/answers-invalid',
      hint: expect.stringContaining('svc new tiny billing'),
    });
    expect(await scene.upgrade({ set: [['name', 'orders']] })).toMatchObject({ state: 'current' });
  });
});

describe('an addition', () => {
  const svckit = '    capabilities: { pg: { title: A database, set: { db: pg } } }';
  const version = (number: string, text: string) => ({
    version: number,
    files: { 'files/a.txt.hbs': `${text} <% db %>\n` },
    properties: input('db'),
    svckit,
  });
  const add = { capability: 'pg', values: [] };

  it('comes with an upgrade where the version of the service is not offered any more, and says so', async () => {
    scene.release(version('1.0.0', 'one'));
    await scene.make();
    scene.release(version('1.1.0', 'two'));
    const planned = await scene.upgrade({ add, dryRun: true });
    expect(planned.notes[0]).toBe('This upgrades tiny 1.0.0 to 1.1.0 as well: 1.0.0 is not offered any more');
    expect(await scene.upgrade({ add })).toMatchObject({ state: 'upgraded', template: { from: '1.0.0', to: '1.1.0' } });
    expect(scene.read('a.txt')).toBe('two pg\n');
  });

  it('upgrades nothing where all of it is there', async () => {
    scene.release(version('1.0.0', 'one'));
    await scene.make();
    await scene.upgrade({ add });
    scene.commit();
    scene.release(version('1.1.0', 'two'));
    expect(await scene.upgrade({ add })).toMatchObject({ state: 'current', files: [] });
    expect(scene.read('a.txt')).toBe('one pg\n');
  });

  it('takes the version that the service has where its source still has it', async () => {
    const repository = join(scene.folder, 'template.git');
    const git = (...args: string[]) => execFileSync('git', ['--git-dir', repository, '--work-tree', '.', ...args], { cwd: scene.template });
    const publish = (number: string, text: string) => {
      scene.release(version(number, text));
      git('add', '--all');
      git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '-m', number);
      git('tag', `v${number}`);
    };
    execFileSync('git', ['init', '--quiet', '--bare', repository]);
    publish('1.0.0', 'one');
    await scene.make('orders', { template: `${pathToFileURL(repository)}#v1.0.0` });
    publish('1.1.0', 'two');
    expect(await scene.check()).toMatchObject({ state: 'behind' });
    const upgraded = await scene.upgrade({ add });
    expect(upgraded).toMatchObject({ state: 'upgraded', template: { from: '1.0.0', to: '1.0.0' }, notes: ['db: pg instead of none'] });
    expect(scene.read('a.txt')).toBe('one pg\n');
  });
});

describe('the year of a service', () => {
  const files = { 'files/LICENSE.hbs': '© <% svc.year %>\n' };
  const nextYear = () => Object.assign(scene.runtime, { now: () => new Date('2099-01-02T00:00:00Z') });

  it('stays the one in which it was made, so that an upgrade in January changes nothing', async () => {
    scene.release({ files });
    await scene.make();
    const license = scene.read('LICENSE');
    nextYear();
    expect(await scene.upgrade()).toMatchObject({ state: 'current' });
    scene.release({ version: '1.1.0', files: { ...files, 'files/a.txt': 'a\n' } });
    expect(fates(await scene.upgrade())).toEqual({ 'a.txt': 'new' });
    expect(scene.read('LICENSE')).toBe(license);
  });

  it('is found in the files of a service whose lock does not say it', async () => {
    scene.release({ files });
    await scene.make();
    const license = scene.read('LICENSE');
    scene.edit('.svc/lock.yaml', scene.read('.svc/lock.yaml').replace(/^year: .*\n/m, ''));
    scene.commit();
    nextYear();
    expect(await scene.upgrade()).toMatchObject({ state: 'current' });
    scene.release({ version: '1.1.0', files: { ...files, 'files/a.txt': 'a\n' } });
    await scene.upgrade();
    expect(scene.read('LICENSE')).toBe(license);
    expect(scene.read('.svc/lock.yaml')).toMatch(/^year: 20\d\d$/m);
  });
});

describe('a region below files/', () => {
  const svckit = '    ownership: [{ paths: [notes.md], mode: region }]';
  const files = (text: string) => ({ 'files/notes.md': `${text}\n`, 'files/a.txt': 'a\n' });

  it('has markers from the beginning, and all around it is the user’s', async () => {
    scene.release({ files: files('one'), svckit });
    await scene.make();
    expect(scene.read('notes.md')).toBe('<!-- svckit:begin orders -->\none\n<!-- svckit:end orders -->\n');
    scene.edit('notes.md', `# Mine\n${scene.read('notes.md')}the end\n`);
    scene.commit();
    expect((await serviceDrift(scene.service, scene.runtime)).files).toEqual([]);
    scene.release({ version: '1.1.0', files: files('two'), svckit });
    expect(fates(await scene.upgrade())).toEqual({ 'notes.md': 'clean' });
    expect(scene.read('notes.md')).toBe('# Mine\n<!-- svckit:begin orders -->\ntwo\n<!-- svckit:end orders -->\nthe end\n');
  });

  it('is written anew where the user gave the file another name, as is a file of the template’s own', async () => {
    const owned = '    ownership: [{ paths: [notes.md], mode: region }, { paths: [a.txt], mode: owned }]';
    scene.release({ files: files('one'), svckit: owned });
    await scene.make();
    const region = scene.read('notes.md');
    scene.edit('docs/notes.md', `mine\n${region}`);
    scene.edit('docs/a.txt', 'a\n');
    scene.edit('notes.md', undefined);
    scene.edit('a.txt', undefined);
    scene.commit();
    scene.release({ version: '1.1.0', files: { ...files('two'), 'files/a.txt': 'b\n' }, svckit: owned });
    expect(fates(await scene.upgrade())).toEqual({ 'notes.md': 'healed', 'a.txt': 'healed' });
    expect(scene.tree()).toMatchObject({ 'a.txt': 'b\n', 'docs/a.txt': 'a\n', 'docs/notes.md': `mine\n${region}` });
  });
});

it('puts a package back that came with a service and is missing or broken, and svc diff names it', async () => {
  const services = new Services();
  try {
    const service = await services.make({});
    service.commit();
    const [name = ''] = readdirSync(join(service.folder, 'vendor'));
    const path = `vendor/${name}`;
    const drift = async () => (await serviceDrift(service.folder, service.runtime)).files;
    service.edit(path, undefined);
    expect(await drift()).toEqual([{ path, ownership: 'owned', difference: 'deleted' }]);
    const upgraded = await service.upgrade();
    expect(upgraded).toMatchObject({ state: 'upgraded', files: [{ path, fate: 'healed', message: 'it was deleted' }] });
    expect(await service.upgrade()).toMatchObject({ state: 'current' });
    service.edit(path, 'broken');
    service.commit();
    expect(await drift()).toEqual([{ path, ownership: 'owned', difference: 'edited' }]);
    expect((await service.upgrade()).files).toMatchObject([{ path, fate: 'healed', message: 'it was changed' }]);
    expect(service.read(path)).toBe('chassis');
  } finally {
    services.end();
  }
});
