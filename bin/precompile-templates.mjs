import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSource } from './load-source.mjs';
import { templateFiles, templateNames } from './template-files.mjs';

/** Writes dist/templates/<name>.js: each bundled template checked and compiled, so that `svc new` neither parses nor compiles. */
export async function precompileTemplates(root, dist) {
  const { precompile } = await loadSource(root, 'src/template/precompile.ts');
  const target = join(dist, 'templates');
  mkdirSync(target, { recursive: true });
  for (const name of templateNames(join(root, 'templates'))) {
    writeFileSync(join(target, `${name}.js`), precompile(templateFiles(join(root, 'templates', name)), name));
  }
}
