/** Builds what ships: dist/ with the bundled CLI and supervisor, and the chassis as the package that new services get. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from './bundle-program.mjs';
import { precompileTemplates } from './precompile-templates.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

rmSync(dist, { recursive: true, force: true });
await bundleProgram({ root, outdir: dist, version });
await precompileTemplates(root, dist);
packChassis();

/**
 * The tarball's name carries a digest of what is in it: npm serves a cached one of the same name and version without a word. How it is
 * compressed does not matter, which differs from npm to npm.
 */
function packChassis() {
  const chassis = join(root, 'chassis');
  rmSync(join(chassis, 'dist'), { recursive: true, force: true });
  npm(['run', 'build', '--silent'], chassis);
  const folder = join(dist, 'chassis');
  mkdirSync(folder, { recursive: true });
  const packed = mkdtempSync(join(folder, 'pack-'));
  const [{ filename, files, version: chassisVersion }] = JSON.parse(npm(['pack', '--json', '--pack-destination', packed], chassis));
  const name = `svckit-chassis-${chassisVersion}-${digestOf(chassis, files).slice(0, 8)}.tgz`;
  renameSync(join(packed, filename), join(folder, name));
  rmSync(packed, { recursive: true });
}

function digestOf(folder, files) {
  const hash = createHash('sha256');
  for (const path of files.map((file) => file.path).sort()) {
    const content = readFileSync(join(folder, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function npm(args, cwd) {
  const cli = process.env.npm_execpath;
  const [command, first] = cli && existsSync(cli) ? [process.execPath, [cli]] : ['npm', []];
  return execFileSync(command, [...first, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
