import { appendFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SvcError } from '../../src/errors.ts';
import { findTemplate } from '../../src/template/sources/find.ts';
import { type RawEntry, RawGit, type RawTree } from './raw-git.ts';
import { put, tinyManifest } from './scene.ts';
import { SourcesScene } from './sources-scene.ts';

/** One machine for all: what one case left behind fails the next. */
let scene: SourcesScene;
let raw: RawGit;

beforeAll(() => {
  scene = new SourcesScene();
  raw = new RawGit(join(scene.origin, '.git'));
});
afterAll(() => scene.end());

const template: RawEntry = { name: 'template.yaml', is: tinyManifest({ version: '1.0.0' }) };
const files = (...is: RawTree): RawTree => [{ name: 'files', is }, template];
const file = (name: string | Buffer, is: string | Buffer = 'evil'): RawEntry => ({ name, is });
const link = (name: string, to: string): RawEntry => ({ name, mode: '120000', is: to });
const submodule = (name: string): RawEntry => ({ name, mode: '160000', is: { id: 'a'.repeat(40) } });
const modules = (text: string): RawEntry => file('.gitmodules', text);

const MIB = 1_048_576;
const many = (count: number, each: (index: number) => RawEntry) =>
  Array.from({ length: count }, (_, index) => each(index)).sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1));

const TREES: Readonly<Record<string, () => RawTree>> = {
  'a link to a file outside (CVE-2026-23968)': () => files(link('x', '../../../home/secret')),
  'an absolute link': () => files(link('x', '/etc/passwd')),
  'a dangling link (CVE-2026-24047)': () => files(link('x', 'nowhere')),
  'a chain of links (CVE-2026-24047)': () => files(link('a', 'b'), link('b', '/etc')),
  'a link that a folder of the same name goes through': () => files(link('a', '/tmp'), { name: 'a', is: [file('out')] }),
  'a link in place of files/': () => [link('files', '../home'), template],
  'a link in place of repository/': () => [link('repository', '/'), template],
  'a link in place of its manifest (CVE-2025-53547)': () => [{ name: 'files', is: [file('a')] }, link('template.yaml', '../home/secret')],
  'a submodule among its files': () => files(submodule('x')),
  'a submodule in place of files/': () => [submodule('files'), template],
  'a submodule whose path ends in CR (CVE-2025-48384)': () => [
    modules('[submodule "x"]\n\tpath = "files/x\r"\n\turl = ../evil\n'),
    { name: 'files', is: [submodule('x\r')] },
    template,
  ],
  'a submodule whose name leads out (CVE-2018-11235)': () => [
    modules('[submodule "../../hooks"]\n\tpath = files/x\n\turl = ../evil\n'),
    { name: 'files', is: [submodule('x')] },
    template,
  ],
  'a submodule whose URL is an option (CVE-2018-17456)': () => [
    modules('[submodule "x"]\n\tpath = files/x\n\turl = -u./payload\n'),
    { name: 'files', is: [submodule('x')] },
    template,
  ],
  'a submodule that updates by a program (CVE-2019-19604)': () => [
    modules('[submodule "x"]\n\tpath = files/x\n\turl = ../evil\n\tupdate = !./payload\n'),
    { name: 'files', is: [submodule('x')] },
    template,
  ],
  'a submodule and a link that a disk takes for one (CVE-2024-32002)': () => files(link('A', '.git'), submodule('a')),
  'a .gitmodules that is a link': () => [link('.gitmodules', '/etc/passwd'), ...files(file('a'))],
  'a file .git (CVE-2024-53983)': () => files({ name: '.git', is: [file('config', '[core]\n\tfsmonitor = ./payload\n')] }),
  'a folder .GIT': () => files({ name: '.GIT', is: [{ name: 'hooks', is: [file('post-checkout')] }] }),
  'a folder git~1': () => files({ name: 'git~1', is: [file('config')] }),
  'a folder .git with a space': () => files({ name: '.git ', is: [file('config')] }),
  'a folder .git with a dot': () => files({ name: '.git.', is: [file('config')] }),
  'a folder .git with an invisible letter': () => files({ name: '.g\u200cit', is: [file('config')] }),
  'a folder .git with a stream': () => files({ name: '.git::$INDEX_ALLOCATION', is: [file('config')] }),
  'a folder ..': () => files({ name: '..', is: [file('out')] }),
  'a folder .': () => files({ name: '.', is: [file('out')] }),
  'a name with slashes': () => files(file('../../out')),
  'a name that is absolute': () => files(file('/tmp/out')),
  'a name with backslashes': () => files(file('..\\..\\out')),
  'a name with a drive': () => files(file('C:out')),
  'an empty name': () => files(file('')),
  'a name that is no UTF-8': () => files(file(Buffer.from([0x66, 0xff]))),
  'a name with CR': () => files(file('a\r')),
  'a name with a line end': () => files(file('a\nb')),
  'a name with an escape': () => files(file('a\u001b[2J')),
  'a name that turns around': () => files(file('a\u202egpj.exe')),
  'a name that is a device (CVE-2025-27210)': () => files(file('con.txt')),
  'a name of 300 letters': () => files(file('x'.repeat(300))),
  'two cases of one name': () => files(file('A'), file('a')),
  'two Unicode forms of one name': () => files(file('cafe\u0301'), file('caf\u00e9')),
  'one name twice': () => files(file('a', '1'), file('a', '2')),
  'a file where another needs a folder': () => files(file('a'), { name: 'a', is: [file('b')] }),
  '5,000 files': () => files(...many(5_000, (index) => file(`f${index}`, ''))),
  'a file of more than 5 MiB': () => files(file('a', Buffer.alloc(5 * MIB + 1))),
  'more than 32 MiB': () => files(...many(8, (index) => file(`f${index}`, Buffer.alloc(4.5 * MIB, index)))),
  'a tree without end': () => files({ name: 'a', is: { id: bomb(9) }, mode: '40000' }),
  'a manifest of another kind': () => [{ name: 'template.yaml', is: [file('a')] }],
  'a manifest of aliases of aliases (CVE-2019-11254)': () => [file('template.yaml', aliases(12))],
  'a manifest nested without end (CVE-2026-33532)': () => [file('template.yaml', `a: ${'['.repeat(2_000)}${']'.repeat(2_000)}`)],
  'a manifest with __proto__ (CVE-2025-64718)': () => [
    file('template.yaml', `${tinyManifest({ version: '1.0.0' })}__proto__: { spec: {} }\n`),
  ],
  'a blob that is not there': () => files({ name: 'x', is: { id: 'b'.repeat(40) } }),
  'own files of svc': () => files({ name: '.svc', is: [file('lock.yaml')] }),
};

/** Each line ten times the line before: a "billion laughs". */
function aliases(depth: number): string {
  const line = (_: unknown, index: number) => `k${index + 1}: &a${index + 1} [${`*a${index}, `.repeat(10)}]`;
  return ['k0: &a0 [x]', ...Array.from({ length: depth }, line), tinyManifest({ version: '1.0.0' })].join('\n');
}

/** Trees of ten trees of ten trees: small to store, and more paths than there is memory (the "git bomb"). */
function bomb(depth: number): string {
  if (depth === 0) return raw.tree(many(10, (index) => file(`f${index}`)));
  const id = bomb(depth - 1);
  return raw.tree(many(10, (index) => ({ name: `d${index}`, mode: '40000', is: { id } })));
}

/** Nothing but the cache was written, nothing was run, and what is in the cache is no more than bytes. */
async function refused(name: string): Promise<SvcError> {
  const before = scene.outside();
  const error = await scene.new(name).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SvcError);
  expect(scene.outside()).toBe(before);
  expect(readdirSync(scene.target)).toEqual([]);
  return error as SvcError;
}

describe('a template in git is refused that has', () => {
  it.each(Object.keys(TREES))('%s', async (what) => {
    raw.branch('main', (TREES[what] as () => RawTree)());
    const { code } = await refused(scene.url);
    expect(['template/invalid', 'template/not-found', 'template/unavailable', 'plan/unsafe-path']).toContain(code);
  });

  it('nothing wrong with it, though its repository would run programs', async () => {
    const program = scene.plant('home/planted');
    for (const hook of ['post-checkout', 'post-merge', 'reference-transaction', 'post-update', 'pre-auto-gc']) {
      scene.plant(`origin/.git/hooks/${hook}`);
      scene.plant(`home/templates/hooks/${hook}`);
    }
    put(join(scene.folder, 'home/.gitconfig'), `[init]\n\ttemplateDir = ${join(scene.folder, 'home/templates')}\n`);
    appendFileSync(
      join(scene.origin, '.git/config'),
      `[uploadpack]\n\tpackObjectsHook = ${program}\n[core]\n\tfsmonitor = ${program}\n\tsshCommand = ${program}\n\tpager = ${program}\n`,
    );
    raw.branch('main', [file('.gitattributes', '* filter=evil diff=evil\n'), ...files(file('hooks', 'no hook'))]);
    const before = scene.outside();
    expect((await findTemplate(scene.url, scene.runtime)).entries.map(({ path }) => path)).toEqual(['hooks']);
    expect(scene.outside()).toBe(before);
  });

  it('a name that git or its transports would take for something else', async () => {
    scene.plant('home/planted');
    for (const name of [
      '--upload-pack=./planted',
      'ext::sh -c ./planted',
      '-u./planted',
      'ssh://-oProxyCommand=./planted/x',
      `${scene.url}#--exec=x`,
    ]) {
      expect(['input/invalid', 'template/not-found']).toContain((await refused(name)).code);
    }
  });

  it('a lock that names such a source', async () => {
    raw.branch('main', files(file('a')));
    await scene.new(scene.url);
    const lock = scene.read('.svc/lock.yaml');
    const before = scene.outside();
    for (const source of [
      'ext::sh -c ./planted',
      'https://u:p@host/r',
      'npm:a@file:../x',
      `${scene.url}//../x`,
      '--upload-pack=./planted',
      '../../home',
    ]) {
      scene.edit('.svc/lock.yaml', lock.replace(/source: .*/, `source: ${JSON.stringify(source)}`));
      for (const attempt of [scene.check, () => scene.upgrade()]) await expect(attempt()).rejects.toBeInstanceOf(SvcError);
    }
    expect(scene.outside()).toBe(before);
    await scene.runtime.fs.removeTree(join(scene.target, 'orders'));
  });

  it('objects behind links, of which none reaches the cache (CVE-2022-39253)', async () => {
    raw.branch('main', files(file('a')));
    symlinkSync(join(scene.folder, 'home'), join(scene.origin, '.git/objects/linked'));
    await findTemplate(`${scene.url}#main`, scene.runtime);
    const kinds = readdirSync(join(scene.folder, 'cache'), { recursive: true, withFileTypes: true });
    expect(kinds.filter((entry) => entry.isSymbolicLink())).toEqual([]);
  });
});
