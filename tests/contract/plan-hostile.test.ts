import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SvcError } from '../../src/errors.ts';
import { carryOut } from '../../src/state/carry-out.ts';
import type { Placement } from '../../src/template/create/placement.ts';
import { planNew } from '../../src/template/create/plan-new.ts';
import { manifestText, templateOf } from '../../src/template/fake-template.ts';
import { findTemplate } from '../../src/template/sources/find.ts';
import type { Template } from '../../src/template/template.ts';
import { treeOf, WORLDS, type World } from './plan-worlds.ts';

/** Paths that lead out of a folder, into git, or to something else than they say, on one system or another. */
const HOSTILE: Readonly<Record<string, readonly string[]>> = {
  'leads to the parent': ['../out', '../../out', '..', 'a/../../out', 'a/..', './../out', '.'],
  'is absolute': ['/tmp/out', '//server/out', 'C:/out', 'C:out', '\\out', '\\\\server\\out', 'C:\\out'],
  'has backslashes': ['..\\out', 'a\\..\\..\\out'],
  'belongs to git': [
    '.git/config',
    '.git',
    '.GIT/hooks/post-checkout',
    'git~1/config',
    '.git./config',
    '.git /config',
    '.g\u200cit/config',
    'a/.git/hooks/x',
  ],
  'is a device or a stream': ['con', 'nul.txt', 'a/COM1.ts', 'x:stream', '.git::$INDEX_ALLOCATION/config'],
  'cannot be seen for what it is': ['a\u202egpj.exe', 'x.', 'x ', 'a\nb', 'a\0b', '\ud800'],
  'is empty or too long': ['', 'a//b', 'x'.repeat(300)],
};

/** Every way in which a template can bring such a path along. */
const WAYS: Readonly<Record<string, (path: string) => { readonly files: Record<string, string>; readonly folder?: string }>> = {
  'the name of a file': (path) => ({ files: { [`files/${path}`]: 'evil' } }),
  'the name of a folder': (path) => ({ files: { [`files/${path}/evil`]: 'evil' } }),
  'the name of a file of the repository': (path) => ({ files: { [`repository/${path}`]: 'evil' } }),
  'an answer in the name of a file': (path) => ({ files: { 'files/__folder__': 'evil' }, folder: path }),
  'an answer in the name of a folder': (path) => ({ files: { 'files/__folder__/evil': 'evil' }, folder: path }),
  'an answer in a path of the repository': (path) => ({ files: { 'repository/__folder__/evil.hbs': 'evil' }, folder: path }),
};

const CASES = Object.entries(HOSTILE).flatMap(([what, paths]) =>
  paths.flatMap((path) => Object.keys(WAYS).map((way) => ({ what, way, path: JSON.stringify(path).slice(0, 40), raw: path }))),
);

let world: World;

beforeEach(async () => {
  world = (WORLDS['disk'] as () => World)();
  for (const folder of ['', 'repo', 'repo/services', 'template']) await world.runtime.fs.createFolder(join(world.root, folder));
  await world.runtime.fs.createFile(join(world.root, 'secret'), 'of the user');
});
afterEach(() => world.end());

async function make(template: Template, folder = 'src'): Promise<void> {
  const repository = join(world.root, 'repo');
  const placement: Placement = {
    folder: join(repository, 'services/orders'),
    repository,
    workspace: undefined,
    git: repository,
    defaults: {},
  };
  const answers = { name: 'orders', folder };
  const plan = await planNew({ name: 'orders', template, answers, placement, delivered: [], year: 2026 }, world.runtime.fs);
  await carryOut(plan, world.runtime);
}

it('covers more than a hundred cases', () => expect(CASES.length).toBeGreaterThan(200));

it.each(CASES)('$path, which $what, is refused as $way', async ({ raw, way }) => {
  const before = await world.tree();
  const attempt = async () => {
    const { files, folder } = (WAYS[way] as (path: string) => ReturnType<(typeof WAYS)[string]>)(raw);
    await make(templateOf(files), folder);
  };
  await expect(attempt()).rejects.toBeInstanceOf(SvcError);
  expect(await world.tree()).toEqual(before);
});

it.each([
  ['two cases of one name', { 'files/README.md': '', 'files/readme.md': '' }],
  ['two Unicode forms of one name', { 'files/caf\u00e9': '', 'files/cafe\u0301': '' }],
  ['a name and an answer that are the same', { 'files/__folder__': '', 'files/src': '' }],
  ['a file where another needs a folder', { 'files/__folder__': '', 'files/src/x': '' }],
])('%s are refused', async (_, files) => {
  await expect((async () => make(templateOf(files)))()).rejects.toMatchObject({ code: 'plan/unsafe-path' });
  expect(await treeOf(join(world.root, 'repo'), world.runtime)).toEqual({ 'services/': 'folder' });
});

describe('a template on disk is refused that has', () => {
  const put = (path: string, content: string) => world.runtime.fs.createFile(join(world.root, 'template', path), content);
  const refused = async () => {
    const before = await world.tree();
    await expect(findTemplate(join(world.root, 'template'), world.runtime)).rejects.toMatchObject({ code: 'template/invalid' });
    expect(await world.tree()).toEqual(before);
  };

  it.each([
    ['a link to a file outside', 'files/x', 'secret'],
    ['a link to a folder outside', 'files/x', ''],
    ['a dangling link', 'files/x', 'nowhere'],
    ['a link to itself', 'files/x', 'template/files/x'],
    ['a link in place of its files', 'repository', ''],
  ])('%s', async (_, path, target) => {
    await put('template.yaml', manifestText());
    await world.runtime.fs.createFolder(join(world.root, 'template/files'));
    await world.link(join(world.root, target), join(world.root, 'template', path));
    await refused();
  });

  it('a link in place of its manifest', async () => {
    await world.link(join(world.root, 'secret'), join(world.root, 'template/template.yaml'));
    await refused();
  });
});
