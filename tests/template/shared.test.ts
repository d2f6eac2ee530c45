import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const TEMPLATES = join(import.meta.dirname, '../../templates');

/** What every service of this stack has alike, wherever it was made: a change to one is a change to both. */
const ALIKE = [
  'files/.editorconfig',
  'files/.gitignore.hbs',
  'files/mkdocs.yml.hbs',
  'files/src/main.ts',
  'files/tsconfig.json',
  ...filesIn('http-service/repository').map((path) => `repository/${path}`),
];

function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(join(TEMPLATES, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(TEMPLATES, folder).length + 1));
}

function textOf(template: string, path: string): string {
  return readFileSync(join(TEMPLATES, template, path), 'utf8');
}

test.each(ALIKE)('event-worker has %s as http-service has it', (path) => {
  expect(textOf('event-worker', path)).toBe(textOf('http-service', path));
});

test('event-worker adds nothing of its own to a repository', () => {
  expect(filesIn('event-worker/repository').toSorted()).toEqual(filesIn('http-service/repository').toSorted());
});

test('event-worker has the versions of dependencies that http-service has', () => {
  const versions = (template: string) =>
    new Map(
      [...textOf(template, 'files/package.json.hbs').matchAll(/"([^"]+)": "(\^?\d[^"]*)"/g)].map(([, name = '', version = '']) => [
        name,
        version,
      ]),
    );
  const known = versions('http-service');
  const other = [...versions('event-worker')].filter(([name, version]) => known.has(name) && known.get(name) !== version);
  expect(known.size).toBeGreaterThan(5);
  expect(other).toEqual([]);
});

test('event-worker asks its queries of observability in one way with http-service', () => {
  const checks = (path: string) => textOf('', path).slice(textOf('', path).indexOf('test.each('));
  expect(checks('event-worker/files/tests/observability.test.ts.hbs')).toBe(checks('http-service/files/tests/observability.test.ts'));
});
