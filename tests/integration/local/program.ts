import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleProgram } from '../../../bin/bundle-program.mjs';

const root = join(import.meta.dirname, '..', '..', '..');

/** The command line and its background process, built as they ship, beside the repository's packages; removed by `remove`. */
export async function builtProgram(): Promise<{ readonly svc: string; remove(): Promise<void> }> {
  const home = join(root, 'node_modules', '.cache', `svc-${process.pid}-${Date.now()}`);
  await bundleProgram({ root, outdir: join(home, 'dist'), version: '0.0.0-test' });
  await mkdir(join(home, 'bin'));
  const svc = join(home, 'bin', 'svc.js');
  await writeFile(svc, "import { start } from '../dist/svc.js';\nprocess.exitCode = await start(process.argv.slice(2));\n");
  return { svc, remove: () => rm(home, { recursive: true, force: true }) };
}
