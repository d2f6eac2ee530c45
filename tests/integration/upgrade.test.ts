import { chmodSync, existsSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serviceDrift } from '../../src/upgrade/drift.ts';
import { upgradeService } from '../../src/upgrade/upgrade.ts';
import { lines } from './scene.ts';
import { fates, Scene } from './upgrade-scene.ts';

let scene: Scene;

beforeEach(() => {
  scene = new Scene();
});
afterEach(() => scene.end());

const crlf = (text: string) => text.replaceAll('\n', '\r\n');
const logo = (last: number) => new Uint8Array([0, 1, 2, 255, last]);

describe('an upgrade', () => {
  it('makes of an unedited service what svc new makes of the new version, byte for byte', async () => {
    scene.release({ files: { 'files/a.txt': lines(), 'files/old/b.txt': 'b\n', 'files/run.sh': 'x\n', 'files/win.bat': crlf('a\nb\n') } });
    await scene.make();
    scene.release({
      version: '1.1.0',
      files: { 'files/a.txt': lines('3 theirs'), 'files/c.txt': 'c\n', 'files/run.sh': 'x\n', 'files/win.bat': crlf('a\nc\n') },
      executable: ['files/run.sh'],
    });
    expect(await scene.check()).toMatchObject({ state: 'behind', template: { name: 'tiny', from: '1.0.0', to: '1.1.0' } });
    const upgraded = await scene.upgrade();
    expect(upgraded.state).toBe('upgraded');
    expect(fates(upgraded)).toEqual({ 'a.txt': 'clean', 'c.txt': 'new', 'old/b.txt': 'gone', 'run.sh': 'clean', 'win.bat': 'clean' });
    const { '.svc/lock.yaml': lock, ...rest } = scene.tree();
    const { '.svc/lock.yaml': freshLock, ...fresh } = await scene.fresh();
    expect(rest).toEqual(fresh);
    expect(lock).toBe(freshLock?.replace('../../template', '../template'));
    expect(existsSync(join(scene.service, 'old'))).toBe(false);
  });

  it('changes nothing the second time', async () => {
    scene.release({ files: { 'files/a.txt': lines() } });
    await scene.make();
    scene.edit('a.txt', lines('3 mine'));
    scene.commit();
    scene.release({ version: '1.1.0', files: { 'files/a.txt': lines('15 theirs') } });
    expect(fates(await scene.upgrade())).toEqual({ 'a.txt': 'merged' });
    expect(scene.read('a.txt')).toBe(lines('3 mine', '15 theirs'));
    const after = scene.tree();
    expect(await scene.upgrade()).toMatchObject({ state: 'current', files: [] });
    expect(await scene.check()).toMatchObject({ state: 'current' });
    expect(scene.tree()).toEqual(after);
  });

  it('writes nothing on a dry run, and then what it said', async () => {
    scene.release({ files: { 'files/a.txt': lines() } });
    await scene.make();
    scene.release({ version: '1.1.0', files: { 'files/a.txt': lines('1 theirs'), 'files/b.txt': 'b\n' } });
    const before = scene.tree();
    const planned = await scene.upgrade({ dryRun: true });
    expect(planned.state).toBe('planned');
    expect(scene.tree()).toEqual(before);
    expect(existsSync(join(scene.folder, 'state', 'upgrades'))).toBe(false);
    expect((await scene.upgrade()).files).toEqual(planned.files);
  });
});

describe('a user’s edit', () => {
  it('follows a file that the template renames', async () => {
    scene.release({ files: { 'files/a.txt': lines() } });
    await scene.make();
    scene.edit('a.txt', lines('3 mine'));
    scene.commit();
    scene.release({ version: '1.1.0', files: { 'files/b.txt': lines('15 theirs') } });
    expect(fates(await scene.upgrade())).toEqual({ 'a.txt': 'gone', 'b.txt': 'merged' });
    expect(scene.tree()).toMatchObject({ 'b.txt': lines('3 mine', '15 theirs') });
    expect(existsSync(join(scene.service, 'a.txt'))).toBe(false);
  });

  it('follows a declared move however unlike the new file is', async () => {
    scene.release({ files: { 'files/src/app.txt': 'one\ntwo\n', 'files/__name__.txt': 'x\n' } });
    await scene.make();
    scene.edit('src/app.txt', 'one\ntwo\nmine\n');
    scene.commit();
    scene.release({
      version: '2.0.0',
      files: { 'files/src/service.txt': 'zero\none\ntwo\n', 'files/docs/__name__.txt': 'x\n' },
      svckit: `    moves:
      - { in: 1.5.0, from: src/app.txt, to: src/main.txt }
      - { in: 2.0.0, from: src/main.txt, to: src/service.txt }
      - { in: 2.0.0, from: __name__.txt, to: docs/__name__.txt }`,
    });
    const upgraded = await scene.upgrade();
    expect(upgraded.files).toMatchObject([
      { path: 'docs/orders.txt', fate: 'clean', from: 'orders.txt' },
      { path: 'src/service.txt', fate: 'merged', from: 'src/app.txt' },
    ]);
    expect(scene.read('src/service.txt')).toBe('zero\none\ntwo\nmine\n');
    expect(existsSync(join(scene.service, 'src/app.txt'))).toBe(false);
  });

  it('takes the template’s change along where the user renamed the file', async () => {
    scene.release({ files: { 'files/a.txt': lines() } });
    await scene.make();
    scene.edit('a.txt', undefined);
    scene.edit('mine/a.txt', lines());
    scene.commit();
    scene.release({ version: '1.1.0', files: { 'files/a.txt': lines('15 theirs') } });
    expect(fates(await scene.upgrade())).toEqual({ 'a.txt': 'kept', 'mine/a.txt': 'merged' });
    expect(scene.read('mine/a.txt')).toBe(lines('15 theirs'));
    expect(existsSync(join(scene.service, 'a.txt'))).toBe(false);
  });

  it.each<[string, string | undefined, Record<string, string>]>([
    ['the template deletes a file that was edited', lines('3 mine'), {}],
    ['the template changes a file that was deleted', undefined, { 'files/a.txt': lines('3 theirs') }],
    ['both changed the same line', lines('3 mine'), { 'files/a.txt': lines('3 theirs') }],
  ])('is a conflict, never lost, where %s', async (_, mine, files) => {
    scene.release({ files: { 'files/a.txt': lines(), 'files/b.txt': 'b\n' } });
    await scene.make();
    scene.edit('a.txt', mine);
    scene.commit();
    scene.release({ version: '1.1.0', files: { ...files, 'files/b.txt': 'b\n' } });
    const upgraded = await scene.upgrade();
    expect(upgraded.state).toBe('conflict');
    expect(fates(upgraded)).toEqual({ 'a.txt': 'conflict' });
    if (mine !== undefined) expect(scene.read('a.txt')).toContain('3 mine');
    expect(scene.read('.svc/lock.yaml')).toContain('version: "1.0.0"');
  });

  it('of a file that only the user changed, text or binary, stays', async () => {
    scene.release({ files: { 'files/logo.png': logo(1), 'files/a.txt': lines(), 'files/b.txt': 'b\n' } });
    await scene.make();
    scene.edit('logo.png', logo(2));
    scene.edit('a.txt', lines('3 mine'));
    scene.edit('own.txt', 'own');
    scene.commit();
    scene.release({ version: '1.1.0', files: { 'files/logo.png': logo(1), 'files/a.txt': lines(), 'files/b.txt': 'c\n' } });
    expect(fates(await scene.upgrade())).toEqual({ 'logo.png': 'kept', 'a.txt': 'kept', 'b.txt': 'clean' });
    expect(scene.tree()).toMatchObject({ 'logo.png': Buffer.from(logo(2)).toString('latin1'), 'own.txt': 'own', 'b.txt': 'c\n' });
  });

  it('of a binary that both changed is a conflict, and the user’s is left', async () => {
    scene.release({ files: { 'files/logo.png': logo(1) } });
    await scene.make();
    scene.edit('logo.png', logo(2));
    scene.commit();
    scene.release({ version: '1.1.0', files: { 'files/logo.png': logo(3) } });
    expect(await scene.upgrade()).toMatchObject({
      state: 'conflict',
      files: [{ path: 'logo.png', message: expect.stringContaining('no text') }],
    });
    expect(scene.tree()['logo.png']).toBe(Buffer.from(logo(2)).toString('latin1'));
  });

  it('is merged in a checkout with Windows line ends, which stay', async () => {
    scene.release({ files: { 'files/a.txt': lines(), 'files/b.txt': lines() } });
    await scene.make();
    scene.edit('a.txt', crlf(lines('3 mine')));
    scene.edit('b.txt', crlf(lines()));
    scene.commit();
    scene.release({ version: '1.1.0', files: { 'files/a.txt': lines('15 theirs'), 'files/b.txt': lines(), 'files/c.txt': 'c\nc\n' } });
    expect(fates(await scene.upgrade())).toEqual({ 'a.txt': 'merged', 'c.txt': 'new' });
    expect(scene.tree()).toMatchObject({ 'a.txt': crlf(lines('3 mine', '15 theirs')), 'b.txt': crlf(lines()), 'c.txt': crlf('c\nc\n') });
  });

  it('of the executable bit is kept beside the template’s change of the text', async () => {
    scene.release({ files: { 'files/run.sh': 'one\n' } });
    await scene.make();
    chmodSync(join(scene.service, 'run.sh'), 0o755);
    scene.commit();
    scene.release({ version: '1.1.0', files: { 'files/run.sh': 'one\ntwo\n' } });
    expect(fates(await scene.upgrade())).toEqual({ 'run.sh': 'merged' });
    expect(scene.tree()).toMatchObject({ 'run.sh*': 'one\ntwo\n' });
  });

  it('that is the template’s as well is no conflict', async () => {
    scene.release({ files: { 'files/a.txt': lines() } });
    await scene.make();
    scene.edit('a.txt', lines('3 same'));
    scene.commit();
    scene.release({ version: '1.1.0', files: { 'files/a.txt': lines('3 same') } });
    expect((await scene.upgrade()).state).toBe('upgraded');
  });

  it('is never written through a link that took the place of a file: the template’s file goes beside it', async () => {
    scene.release({ files: { 'files/a.txt': lines() } });
    await scene.make();
    scene.edit('a.txt', undefined);
    scene.edit('elsewhere.txt', 'mine');
    symlinkSync('elsewhere.txt', join(scene.service, 'a.txt'));
    scene.commit();
    scene.release({ version: '1.1.0', files: { 'files/a.txt': lines('3 theirs') } });
    expect(fates(await scene.upgrade())).toEqual({ 'a.txt': 'conflict', 'a.txt~tiny-1.1.0': 'new' });
    expect(readlinkSync(join(scene.service, 'a.txt'))).toBe('elsewhere.txt');
    expect(scene.tree()).toMatchObject({ 'elsewhere.txt': 'mine', 'a.txt~tiny-1.1.0': lines('3 theirs') });
  });
});

describe('what else is in a service', () => {
  it('is a conflict where an answer switches off a file that was edited, and goes where it was not', async () => {
    const files = { 'files/db/a.sql': lines(), 'files/db/b.sql': 'other\n', 'files/c.txt': 'c\n' };
    const properties = '        database: { type: string, enum: [none, postgres], default: postgres }\n';
    const svckit = '    include: [{ paths: [db/**], when: { database: postgres } }]';
    scene.release({ files, properties, svckit });
    await scene.make();
    scene.edit('db/a.sql', lines('3 mine'));
    scene.commit();
    const upgraded = await scene.upgrade({ set: [['database', 'none']] });
    expect(fates(upgraded)).toEqual({ 'db/a.sql': 'conflict', 'db/b.sql': 'gone' });
    expect(scene.read('db/a.sql')).toBe(lines('3 mine'));
  });

  it('may have any name, no last line end, and links of the user’s own', async () => {
    const path = 'ein schöner name.txt';
    scene.release({ files: { [`files/${path}`]: lines().trimEnd(), 'files/b.txt': 'b' } });
    await scene.make();
    scene.edit(path, lines('3 mine').trimEnd());
    symlinkSync('nowhere', join(scene.service, 'link'));
    scene.commit();
    scene.release({ version: '1.1.0', files: { [`files/${path}`]: lines('15 theirs').trimEnd(), 'files/b.txt': 'c' } });
    expect(fates(await scene.upgrade())).toEqual({ [path]: 'merged', 'b.txt': 'clean' });
    expect(scene.tree()).toMatchObject({ [path]: lines('3 mine', '15 theirs').trimEnd(), 'b.txt': 'c' });
    expect(readlinkSync(join(scene.service, 'link'))).toBe('nowhere');
  });

  it('that a hostile lock or record names outside of it is refused', async () => {
    scene.release({ files: { 'files/a.txt': 'a' } });
    await scene.make();
    const lock = scene.read('.svc/lock.yaml');
    scene.edit('.svc/lock.yaml', lock.replace('name: tiny', 'name: "../../x"'));
    await expect(scene.upgrade()).rejects.toMatchObject({ code: 'template/invalid' });
    scene.edit('.svc/lock.yaml', lock);
    const file = { path: '../outside', mode: 'merged', text: '' };
    scene.edit('.svc/base.gz', gzipSync(JSON.stringify({ version: 1, files: [file], delivered: [] })));
    await expect(scene.upgrade()).rejects.toMatchObject({ code: 'plan/unsafe-path' });
    await expect(serviceDrift(scene.service, scene.runtime)).rejects.toMatchObject({ code: 'plan/unsafe-path' });
    scene.edit('.svc/base.gz', 'no gzip');
    await expect(scene.upgrade()).rejects.toMatchObject({ code: 'template/invalid' });
  });
});

describe('an upgrade with conflicts', () => {
  beforeEach(async () => {
    scene.release({ files: { 'files/a.txt': lines(), 'files/gone/b.txt': 'b\n', 'files/run.sh': 'x\n' }, executable: ['files/run.sh'] });
    await scene.make();
    scene.edit('a.txt', lines('3 mine'));
    scene.commit();
    scene.edit('note.md', 'not committed');
    scene.release({ version: '1.1.0', files: { 'files/a.txt': lines('3 theirs'), 'files/run.sh': 'y\n', 'files/c.txt': 'c\n' } });
  });

  it('leaves markers that name the versions, and is finished when they are settled', async () => {
    expect((await scene.upgrade()).state).toBe('conflict');
    expect(scene.read('a.txt')).toContain(
      '<<<<<<< yours\n3 mine\n||||||| tiny-1.0.0\n3 as it was\n=======\n3 theirs\n>>>>>>> tiny-1.1.0\n',
    );
    await expect(scene.upgrade()).rejects.toMatchObject({ code: 'plan/conflict', message: expect.stringContaining('under way') });
    await expect(scene.continue()).rejects.toMatchObject({ code: 'plan/conflict', message: expect.stringContaining('a.txt:4') });
    scene.edit('a.txt', lines('3 both'));
    scene.commit();
    expect(await scene.continue()).toMatchObject({ state: 'finished' });
    expect(scene.read('a.txt')).toBe(lines('3 both'));
    expect(await scene.upgrade()).toMatchObject({ state: 'current' });
    await expect(scene.continue()).rejects.toMatchObject({ code: 'input/invalid' });
  });

  it('is taken back to exactly what was there, files that git does not know too', async () => {
    const before = scene.tree();
    await scene.upgrade();
    scene.edit('a.txt', 'half settled');
    expect(await scene.abort()).toMatchObject({ state: 'aborted' });
    expect(scene.tree()).toEqual(before);
    expect(scene.git('status', '--porcelain')).toBe('?? note.md\n');
    expect(readdirSync(join(scene.folder, 'state', 'upgrades'))).toEqual([]);
    await expect(scene.abort()).rejects.toMatchObject({ code: 'input/invalid' });
    expect((await scene.upgrade()).state).toBe('conflict');
  });

  it('leaves no trace where a file cannot be written', async () => {
    const before = scene.tree();
    const { createFile } = scene.runtime.fs;
    const refuse: typeof createFile = (path, ...rest) => createFile(path.startsWith(scene.service) ? `${path}/x/y` : path, ...rest);
    const runtime = { ...scene.runtime, fs: { ...scene.runtime.fs, createFile: refuse } };
    const order = { path: scene.service, set: [], dryRun: false, yes: true, summary: () => '' };
    await expect(upgradeService(order, runtime)).rejects.toMatchObject({ code: 'file/unwritable' });
    expect(scene.tree()).toEqual(before);
    await expect(scene.continue()).rejects.toMatchObject({ code: 'input/invalid' });
  });
});

describe('uncommitted work', () => {
  beforeEach(async () => {
    scene.release({ files: { 'files/a.txt': lines(), 'files/b.txt': lines() } });
    await scene.make();
    scene.release({ version: '1.1.0', files: { 'files/a.txt': lines('3 theirs'), 'files/b.txt': lines() } });
  });

  it('is in nobody’s way where the upgrade does not touch it', async () => {
    scene.edit('b.txt', lines('1 mine'));
    expect((await scene.upgrade()).state).toBe('upgraded');
    expect(scene.read('b.txt')).toBe(lines('1 mine'));
  });

  it('is named, and nothing is written, where the upgrade would touch it', async () => {
    scene.edit('a.txt', lines('15 mine'));
    const before = scene.tree();
    await expect(scene.upgrade()).rejects.toMatchObject({
      code: 'plan/conflict',
      message: expect.stringMatching(/not committed:\n {2}a\.txt$/),
    });
    expect(scene.tree()).toEqual(before);
  });
});

describe('ownership', () => {
  const svckit = `    ownership:
      - { paths: ['ci.yml'], mode: owned }
      - { paths: ['src/**'], mode: once }
      - { paths: [CODEOWNERS], mode: region }`;
  const payload = (text: string, more = {}) => ({
    'files/ci.yml': `ci ${text}\n`,
    'files/src/a.txt': `a ${text}\n`,
    'repository/CODEOWNERS': `/${text} @team\n`,
    ...more,
  });

  beforeEach(async () => {
    scene.release({ files: payload('one'), svckit });
    await scene.make();
  });

  it('gives the template its own, and leaves the user theirs', async () => {
    scene.edit('ci.yml', 'ci mine\n');
    scene.edit('src/a.txt', undefined);
    scene.edit('CODEOWNERS', `* @all\n${scene.read('CODEOWNERS').replace('/one', '/mine')}end\n`);
    scene.commit();
    scene.release({ version: '1.1.0', files: payload('two', { 'files/src/b.txt': 'b\n' }), svckit });
    expect(fates(await scene.upgrade())).toEqual({ 'ci.yml': 'healed', CODEOWNERS: 'healed', 'src/b.txt': 'new' });
    expect(scene.read('ci.yml')).toBe('ci two\n');
    expect(scene.read('CODEOWNERS')).toBe('* @all\n# svckit:begin orders\n/two @team\n# svckit:end orders\nend\n');
    expect(existsSync(join(scene.service, 'src/a.txt'))).toBe(false);
  });

  it('takes a region out again, and leaves the rest of the file', async () => {
    scene.edit('CODEOWNERS', `* @all\n${scene.read('CODEOWNERS')}`);
    scene.commit();
    const { 'repository/CODEOWNERS': _, ...rest } = payload('one');
    scene.release({ version: '1.1.0', files: rest, svckit: svckit.replace(/\n.*region.*/, '') });
    await scene.upgrade();
    expect(scene.read('CODEOWNERS')).toBe('* @all\n');
  });

  it('refuses a region whose markers are broken, and writes nothing', async () => {
    scene.edit('CODEOWNERS', '# svckit:begin orders\n');
    scene.commit();
    scene.release({ version: '1.1.0', files: payload('two'), svckit });
    const before = scene.tree();
    await expect(scene.upgrade()).rejects.toMatchObject({ code: 'plan/conflict', message: expect.stringContaining('CODEOWNERS') });
    expect(scene.tree()).toEqual(before);
  });

  it('is what a difference is told by, and healing takes back only what is the template’s', async () => {
    scene.edit('ci.yml', undefined);
    scene.edit('src/a.txt', 'mine\n');
    scene.edit('CODEOWNERS', scene.read('CODEOWNERS').replace('/one', '/mine'));
    scene.commit();
    expect((await serviceDrift(scene.service, scene.runtime)).files).toEqual([
      { path: 'CODEOWNERS', ownership: 'region', difference: 'edited' },
      { path: 'ci.yml', ownership: 'owned', difference: 'deleted' },
      { path: 'src/a.txt', ownership: 'once', difference: 'edited' },
    ]);
    expect(fates(await scene.heal())).toEqual({ CODEOWNERS: 'healed', 'ci.yml': 'healed' });
    expect((await serviceDrift(scene.service, scene.runtime)).files).toEqual([
      { path: 'src/a.txt', ownership: 'once', difference: 'edited' },
    ]);
    expect(await scene.heal()).toMatchObject({ state: 'healed', files: [] });
  });
});

describe('answers', () => {
  const port = '        port: { type: integer, default: 8080 }\n';

  it('are those of the service, with defaults for new questions', async () => {
    scene.release({ files: { 'files/a.txt.hbs': '<% name %>\n' } });
    await scene.make();
    scene.release({ version: '1.1.0', files: { 'files/a.txt.hbs': '<% name %> <% port %>\n' }, properties: port });
    await scene.upgrade();
    expect(scene.read('a.txt')).toBe('orders 8080\n');
    scene.commit();
    expect(await scene.upgrade({ set: [['port', '9090']] })).toMatchObject({ state: 'upgraded', template: { from: '1.1.0', to: '1.1.0' } });
    expect(scene.read('a.txt')).toBe('orders 9090\n');
    expect(scene.read('.svc/lock.yaml')).toContain('port: 9090');
  });

  it('that a new major version cannot do without are asked for by their flag', async () => {
    scene.release({ files: { 'files/a.txt.hbs': '<% name %>\n' } });
    await scene.make();
    const properties = '        region: { type: string }\n';
    scene.release({ version: '2.0.0', files: { 'files/a.txt.hbs': '<% region %>\n' }, properties, required: 'name, region' });
    await expect(scene.upgrade()).rejects.toMatchObject({
      code: 'template/answers-invalid',
      hint: expect.stringContaining('--set region='),
    });
    expect((await scene.upgrade({ set: [['region', 'eu']] })).state).toBe('upgraded');
  });

  it('are asked for where somebody is at the terminal', async () => {
    scene.end();
    const ask = { text: async () => 'eu', confirm: async () => true } as never;
    scene = new Scene({ ask });
    scene.release({ files: { 'files/a.txt.hbs': '<% name %>\n' } });
    await scene.make();
    const properties = '        region: { type: string }\n';
    scene.release({ version: '2.0.0', files: { 'files/a.txt.hbs': '<% region %>\n' }, properties, required: 'name, region' });
    Object.assign(scene.runtime, { terminal: { interactive: true, columns: 80 } });
    expect(await scene.upgrade({ yes: false })).toMatchObject({ state: 'upgraded', confirmed: true });
    expect(scene.read('a.txt')).toBe('eu\n');
  });
});

describe('the place of a service', () => {
  it('may be outside of any repository', async () => {
    scene.release({ files: { 'files/a.txt': lines(), 'files/b.txt': 'b\n' } });
    await scene.make('orders', { git: false });
    scene.edit('a.txt', lines('3 mine'));
    mkdirSync(join(scene.service, 'node_modules'));
    scene.edit('node_modules/x.txt', lines());
    scene.release({ version: '1.1.0', files: { 'files/a.txt': lines('15 theirs'), 'files/c.txt': 'b\n' } });
    const upgraded = await scene.upgrade();
    expect(upgraded).toMatchObject({ state: 'upgraded', notes: [expect.stringContaining('no git repository')] });
    expect(scene.tree()).toMatchObject({ 'a.txt': lines('3 mine', '15 theirs'), 'c.txt': 'b\n', 'node_modules/x.txt': lines() });
  });

  it('may be deep in a repository, whose root it has files in and whose other files are not its own', async () => {
    const files = { 'files/a.txt': lines(), 'repository/ci/__name__.yml': 'one\n' };
    scene.release({ files });
    scene.edit('README.md', lines());
    scene.git('init', '--quiet');
    await scene.make('orders/services/orders');
    scene.release({ version: '1.1.0', files: { 'files/b.txt': lines('3 theirs'), 'repository/ci/__name__.yml': 'two\n' } });
    const upgraded = await scene.upgrade({ path: join(scene.service, 'services/orders') });
    expect(fates(upgraded)).toEqual({ 'services/orders/a.txt': 'gone', 'services/orders/b.txt': 'new', 'ci/orders.yml': 'clean' });
    expect(scene.read('README.md')).toBe(lines());
  });

  it('is named where no template made what is there', async () => {
    await expect(scene.upgrade({ path: scene.folder })).rejects.toMatchObject({ code: 'workspace/no-service' });
  });

  it('keeps a service that a newer template made', async () => {
    scene.release({ version: '1.1.0', files: { 'files/a.txt': 'a' } });
    await scene.make();
    scene.release({ version: '1.0.0', files: { 'files/a.txt': 'a' } });
    await expect(scene.upgrade()).rejects.toMatchObject({ code: 'template/not-found' });
  });
});

it('lets one of two upgrades at once win, and names it to the other', async () => {
  scene.release({ files: { 'files/a.txt': lines() } });
  await scene.make();
  scene.edit('a.txt', lines('3 mine'));
  scene.commit();
  const before = scene.tree();
  scene.release({ version: '1.1.0', files: { 'files/a.txt': lines('3 theirs') } });
  const results = await Promise.allSettled([scene.upgrade(), scene.upgrade()]);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'plan/busy' } });
  await scene.abort();
  expect(scene.tree()).toEqual(before);
});
