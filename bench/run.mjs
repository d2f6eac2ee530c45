/** Runs every bench, or those that are named: `npm run bench -- cli trace`. A bench that cannot run, its peer missing too, is a failure. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const helpers = new Set(['run.mjs', 'harness.mjs', 'load.mjs', 'document.mjs']);
const all = readdirSync(folder).filter((file) => file.endsWith('.mjs') && !helpers.has(file));
const named = process.argv.slice(2).map((name) => `${name}.mjs`);

for (const file of named.length > 0 ? named : all) {
  console.log(`# ${file.replace('.mjs', '')}`);
  const { status } = spawnSync(process.execPath, [join(folder, file)], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
