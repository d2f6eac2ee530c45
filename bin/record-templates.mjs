/**
 * Records the current version of each bundled template in its versions.json: run it after you gave a template a new version.
 * A version that is recorded and was changed since is refused; `--replace` records it anew, for one that nobody has used yet.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSource } from './load-source.mjs';
import { templateFiles, templateNames } from './template-files.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const replace = process.argv.includes('--replace');
const { checkFiles } = await loadSource(root, 'src/template/files.ts');
const { VERSIONS_FILE, versionFaults, withVersion } = await loadSource(root, 'src/template/versions.ts');

for (const name of templateNames(join(root, 'templates'))) record(name);

function record(name) {
  const folder = join(root, 'templates', name);
  const file = join(folder, VERSIONS_FILE);
  const history = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const current = checkFiles(templateFiles(folder), name);
  const { version } = current.manifest;
  const known = history[version];
  if (known && known.digest !== current.digest && !replace) return refuse(name, versionFaults(history, current));
  const versions = withVersion(history, current);
  const faults = versionFaults(versions, current);
  if (faults.length > 0) return refuse(name, faults);
  writeFileSync(file, `${JSON.stringify(versions, undefined, 2)}\n`);
  console.log(`${name} ${version} ${current.digest}`);
}

function refuse(name, faults) {
  for (const fault of faults) console.error(`${name}: ${fault}`);
  process.exitCode = 1;
}
