import { expect, it } from 'vitest';
import { fakeRuntime } from '../../runtime/fake-runtime.ts';
import { manifestText } from '../fake-template.ts';
import { documentTemplate } from './docs.ts';

const svckit = `    include: [{ paths: ['db/**'], when: { database: postgres, public: [true] } }]
    ownership: [{ paths: ['db/**'], mode: once }, { paths: [ci.yml], mode: owned }]
    capabilities: { postgres: { title: A database, set: { database: postgres } }, call: { title: A call, append: calls } }`;

const FILES = {
  'template.yaml': manifestText({ svckit }),
  'files/db/a.sql': '',
  'files/a.hbs': '',
  'repository/ci.yml': '',
  'versions.json': JSON.stringify({
    '0.9.0': { digest: 'x', inputs: [{ name: 'old', type: 'string', required: true }] },
    '1.0.0': { digest: 'y', inputs: [] },
  }),
};

function docs(files: Readonly<Record<string, string>>, write?: string) {
  const runtime = fakeRuntime({ files });
  return documentTemplate({ folder: '.', write }, runtime).then((result) => ({ ...result, tree: runtime.tree() }));
}

it('says what a template makes, asks, can be given later, and which versions there were', async () => {
  const { markdown } = await docs(FILES);
  expect(markdown.split('\n')).toEqual(
    expect.arrayContaining([
      '## tiny 1.0.0',
      '| `a` | both: upgrades merge | always |',
      '| `ci.yml` | the template, in the repository | always |',
      '| `db/a.sql` | you | where `database` is `postgres` and `public` is `true` |',
      '| `name` | name | text | none: it has to be given | `^[a-z-]+$` | always |',
      '| `calls` | calls | list of texts | none |  | always |',
      '| `token` | token | text |  |  | always; a secret, never stored |',
      '| `svc add postgres` | A database | `database=postgres` |',
      '| `svc add call …` | A call | adds to `calls` |',
      '| 1.0.0 | − `old` |',
      '| 0.9.0 | the first on record |',
    ]),
  );
});

it('does not let a pattern break a table', async () => {
  const { markdown } = await docs({ ...FILES, 'template.yaml': FILES['template.yaml'].replace("'^[a-z-]+$'", () => "'^(a|b)$'") });
  expect(markdown).toContain('| `^(a\\|b)$` |');
});

it('writes between its markers, leaves all around them, and changes nothing the second time', async () => {
  const first = await docs({ ...FILES, 'README.md': '# Mine\n' }, 'README.md');
  const text = first.tree['/work/README.md'] ?? '';
  expect(text).toMatch(/^# Mine\n\n<!-- svc template docs[\s\S]*## tiny 1.0.0[\s\S]*<!-- end of svc template docs -->\n$/);
  const edited = `${text.replace('tiny 1.0.0', 'tiny 0.1.0')}\nMore of mine\n`;
  const second = await docs({ ...FILES, 'README.md': edited }, 'README.md');
  expect(second.tree['/work/README.md']).toBe(`${text}\nMore of mine\n`);
  expect((await docs({ ...FILES, 'README.md': text }, 'README.md')).changed).toBe(false);
});

it('refuses a file with one marker only', async () => {
  const broken = docs({ ...FILES, 'README.md': '<!-- end of svc template docs -->\n' }, 'README.md');
  await expect(broken).rejects.toMatchObject({
    code: 'plan/conflict',
    message: expect.stringContaining('The markers in README.md are broken'),
  });
});
