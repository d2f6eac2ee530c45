import { describe, expect, it } from 'vitest';
import { fakeRuntime } from '../../runtime/fake-runtime.ts';
import { manifestText } from '../fake-template.ts';
import { type TemplateTest, testTemplateFolder } from './test.ts';

type Files = Readonly<Record<string, string>>;

const TEMPLATE = {
  'template.yaml': manifestText({ svckit: "    include: [{ paths: ['db/**'], when: { database: postgres } }]" }),
  'files/app.yaml.hbs': 'name: <% name %>\n<%#if public%>\nopen: <% folder %>\n<%/if%>\n',
  'files/db/0001.sql': 'CREATE TABLE a ();\n',
  'repository/.github/__name__.yml.hbs': 'path: <% svc.servicePath %>\n',
};

async function test(files: Files, { update = false } = {}) {
  const runtime = fakeRuntime({ files: { ...TEMPLATE, ...files } });
  const rehearse = async () => ({ services: 0, problems: [] });
  return { result: await testTemplateFolder({ folder: '.', update, from: [], rehearse }, runtime), runtime };
}

const failuresOf = ({ cases, matrix }: TemplateTest) =>
  [...cases, matrix].flatMap(({ failures }) =>
    failures.map(({ file, line, message, expected, found }) => [`${file}:${line}`, message, expected, found]),
  );

const CASE = `answers: { name: shop, public: true }
expect:
  - { path: app.yaml, contains: ['name: shop', 'open: src'], lacks: postgres }
  - { path: .github/shop.yml, contains: 'path: .' }
  - { path: 'db/**', exists: false }
  - { path: app.yaml, equals: app.txt }
`;

it('is content where every expectation holds, and renders every combination of answers besides', async () => {
  const { result } = await test({ 'tests/open.yaml': CASE, 'tests/app.txt': 'name: shop\nopen: src\n' });
  expect(failuresOf(result)).toEqual([]);
  expect(result.cases.map(({ name }) => name)).toEqual(['open']);
  expect(result.matrix).toMatchObject({ rendered: 8, combinations: 8 });
});

it('names the line of the case, what was expected and what was found', async () => {
  const text = CASE.replace("name: shop'", "nmae: shop'")
    .replace('lacks: postgres', 'lacks: open')
    .replace('public: true', 'public: true, database: postgres');
  const { result } = await test({ 'tests/open.yaml': text, 'tests/app.txt': 'name: shop\nopen: lib\n' });
  expect(failuresOf(result)).toEqual([
    ['tests/open.yaml:3', 'app.yaml does not contain it', 'nmae: shop', 'line 1: name: shop'],
    ['tests/open.yaml:3', 'app.yaml:2 holds what it should lack', undefined, 'open'],
    ['tests/open.yaml:5', 'db/0001.sql is there', 'no file db/**', 'db/0001.sql'],
    ['tests/open.yaml:6', 'app.yaml:2 is otherwise', 'open: lib', 'open: src'],
  ]);
});

it('says which file was probably meant, and which answer is not taken', async () => {
  const { result } = await test({
    'tests/a.yaml': 'answers: { name: shop }\nexpect: [{ path: app.yml }]',
    'tests/b.yaml': 'answers: { name: Shop! }',
  });
  expect(failuresOf(result)).toEqual([
    ['tests/a.yaml:2', 'there is no file app.yml', undefined, 'app.yaml'],
    ['tests/b.yaml:1', 'name must match ^[a-z-]+$', undefined, undefined],
  ]);
});

it('puts a service that is no root of its repository into its folder', async () => {
  const text =
    'at: services/shop\nanswers: { name: shop }\nexpect: [{ path: services/shop/app.yaml }, { path: .github/shop.yml, contains: services/shop }]';
  expect(failuresOf((await test({ 'tests/a.yaml': text })).result)).toEqual([]);
});

describe('a snapshot', () => {
  const files = { 'tests/a.yaml': 'answers: { name: shop }\nsnapshot: true' };

  it('is written where that is asked for, and holds then', async () => {
    expect(failuresOf((await test(files)).result)).toEqual([['tests/a.yaml:1', 'there is no snapshot of it yet', undefined, undefined]]);
    const { result, runtime } = await test(files, { update: true });
    expect(result.cases[0]).toMatchObject({ updated: true, failures: [] });
    const tree = runtime.tree();
    expect(tree['/work/tests/a/app.yaml']).toBe('name: shop\n');
    const again = await test({ ...files, 'tests/a/app.yaml': 'name: shop\n', 'tests/a/.github/shop.yml': 'path: .\n' });
    expect(failuresOf(again.result)).toEqual([]);
  });

  it('tells files that are missing, new or rendered otherwise, and an update takes them all', async () => {
    const old = { ...files, 'tests/a/app.yaml': 'name: shops\n', 'tests/a/gone.txt': '' };
    expect(failuresOf((await test(old)).result)).toEqual([
      ['tests/a/.github/shop.yml:1', 'the template makes this file, and the snapshot lacks it', undefined, undefined],
      ['tests/a/app.yaml:1', 'it is rendered otherwise', 'name: shops', 'name: shop'],
      ['tests/a/gone.txt:1', 'the template does not make this file any more', undefined, undefined],
    ]);
    const { runtime } = await test(old, { update: true });
    expect(Object.keys(runtime.tree()).filter((path) => path.startsWith('/work/tests/a/'))).toEqual([
      '/work/tests/a/app.yaml',
      '/work/tests/a/.github/shop.yml',
    ]);
  });
});

describe('every render is refused that', () => {
  it.each([
    ['is no YAML', { 'files/x.yaml.hbs': 'a: [<% folder %>' }, 'x.yaml: it is no YAML: line 1'],
    ['is no JSON for some answers', { 'files/x.json.hbs': '{<%#if public%>,<%/if%>}' }, 'x.json: it is no JSON'],
    ['is empty for some answers', { 'files/x.yaml.hbs': '<%#if public%>\na: 1\n<%/if%>\n' }, 'x.yaml: it is empty'],
    [
      'has a path that no system takes',
      { 'files/__folder__/x': '', 'tests/a.yaml': 'answers: { name: a, folder: ../b }' },
      '../b/x: its path',
    ],
    ['has a path twice', { 'files/__folder__.txt': '', 'files/src.txt': '' }, 'it cannot stand beside src.txt'],
  ])('%s', async (_, files, message) => {
    expect(
      failuresOf((await test(files)).result)
        .flat()
        .join('\n'),
    ).toContain(message);
  });

  it('but not what another tool renders later, nor JSON with comments', async () => {
    const { result } = await test({
      'files/chart/x.yaml': '{{- if .Values.a }}\na: 1\n  {{- end }}',
      'files/tsconfig.json': '{ // why\n}',
    });
    expect(failuresOf(result)).toEqual([]);
  });
});

it('counts how often the matrix fails in the same way, and shows the first', async () => {
  const { result } = await test({ 'files/x.json.hbs': '{<%#if public%>,<%/if%>}' });
  expect(result.matrix.failures).toMatchObject([
    { file: 'template.yaml', found: '4 of 8 renders, the first with public=true database=none svc.servicePath=.' },
  ]);
});

it('rehearses upgrades from earlier versions only', async () => {
  const files = { ...TEMPLATE, 'old/template.yaml': TEMPLATE['template.yaml'], 'old/files/db/a': '' };
  const order = { folder: '.', update: false, from: ['./old'], rehearse: async () => ({ services: 3, problems: ['a is missing'] }) };
  await expect(testTemplateFolder(order, fakeRuntime({ files }))).rejects.toThrow('tiny 1.0.0 is no earlier version of tiny 1.0.0');
  const newer = { ...files, 'template.yaml': files['template.yaml'].replace('version: 1.0.0', 'version: 1.0.1') };
  const { upgrades } = await testTemplateFolder(order, fakeRuntime({ files: newer }));
  expect(upgrades).toEqual([{ from: '1.0.0', services: 3, failures: [{ file: 'template.yaml', line: 1, message: 'a is missing' }] }]);
});

it('refuses cases that cannot be read, all at once', async () => {
  const broken = test({ 'tests/a.yaml': 'answer: {}', 'tests/b.yaml': 'expect: [{ path: a, equals: ../x }, { path: a, equals: x }]' });
  await expect(broken).rejects.toThrow(/tests\/a.yaml:1: answer: there is no such key\n.*tests\/b.yaml:1: .*must be a path inside/);
});
