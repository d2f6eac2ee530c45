import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { templateNames } from '../../bin/template-files.mjs';
import { nodeRuntime } from '../../src/runtime/node/runtime.ts';
import { testTemplateFolder } from '../../src/template/author/test.ts';
import { rehearseUpgrade } from '../../src/upgrade/rehearse.ts';

const templates = join(import.meta.dirname, '../../templates');
const folder = mkdtempSync(join(tmpdir(), 'svckit-author-'));
const real = nodeRuntime(new AbortController().signal, () => {});
const runtime = { ...real, paths: { ...real.paths, state: join(folder, 'state') } };

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(templateNames(templates))('the cases and the matrix of the bundled template %s hold', async (name) => {
  const order = { folder: join(templates, name), update: false, from: [], rehearse: rehearseUpgrade };
  const { cases, matrix } = await testTemplateFolder(order, runtime);
  expect([...cases, matrix].flatMap(({ failures }) => failures)).toEqual([]);
  expect(cases.length).toBeGreaterThan(0);
});

test('an upgrade from an earlier version is rehearsed with real services, moved and new files among them', async () => {
  const { old, now, edit } = twoVersions('moved');
  renameSync(join(now, 'files/package.json.hbs'), join(now, 'files/package2.json.hbs'));
  writeFileSync(join(now, 'files/NEW.md'), 'New\n');
  edit('paths: [catalog-info.yaml, package.json]', 'paths: [catalog-info.yaml, package2.json]');
  edit('    version: 1.1.0', '    version: 1.1.0\n    moves: [{ in: 1.1.0, from: package.json, to: package2.json }]');
  const { upgrades } = await testTemplateFolder({ folder: now, update: false, from: [old], rehearse: rehearseUpgrade }, runtime);
  expect(upgrades).toEqual([{ from: '1.0.0', services: 2, failures: [] }]);
});

test('a minor version that asks a new question fails the rehearsal', async () => {
  const { old, now, edit } = twoVersions('asking');
  edit('required: [name, owner]', 'required: [name, owner, colour]');
  edit('        owner:\n', '        colour: { type: string }\n        owner:\n');
  const { upgrades } = await testTemplateFolder({ folder: now, update: false, from: [old], rehearse: rehearseUpgrade }, runtime);
  expect(upgrades.flatMap(({ failures }) => failures.map(({ message }) => message))).toEqual([
    expect.stringMatching(/^colour is required: colour .*and 1 more/),
  ]);
});

/** The bundled workspace template twice, as an earlier version and as a later one that `edit` changes. */
function twoVersions(name: string) {
  const [old, now] = [join(folder, `${name}-old`), join(folder, `${name}-now`)];
  for (const copy of [old, now]) cpSync(join(templates, 'workspace'), copy, { recursive: true });
  const editIn = (copy: string) => (from: string | RegExp, to: string) => {
    const manifest = join(copy, 'template.yaml');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(from, to));
  };
  editIn(old)(/version: \d.*/, 'version: 1.0.0');
  editIn(now)(/version: \d.*/, 'version: 1.1.0');
  return { old, now, edit: editIn(now) };
}
