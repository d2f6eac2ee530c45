import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { templateNames } from '../../bin/template-files.mjs';
import { nodeFiles } from '../../src/runtime/node/files.ts';
import { checkFiles } from '../../src/template/files.ts';
import { readSourceFiles } from '../../src/template/sources/folder.ts';
import { VERSIONS_FILE, versionFaults } from '../../src/template/versions.ts';

const templates = join(import.meta.dirname, '../../templates');

it.each(templateNames(templates))('%s changes only with a new version: svc template check --record', async (name) => {
  const folder = join(templates, name);
  const current = checkFiles(await readSourceFiles(folder, name, nodeFiles()), name);
  expect(versionFaults(JSON.parse(readFileSync(join(folder, VERSIONS_FILE), 'utf8')), current)).toEqual([]);
});
