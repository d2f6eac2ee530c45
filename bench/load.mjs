/** Benches that are written in TypeScript: bundled, then imported. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = dirname(fileURLToPath(import.meta.url));

/** Modules find the files beside them as if they were not bundled. */
const inPlace = {
  name: 'in-place',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8')
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
    })),
};

/** The module of this path, as seen from `bench/`. */
export async function load(path) {
  const cache = join(dirname(folder), 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const out = mkdtempSync(join(cache, 'bench-')); // inside the repository: the bundle finds its packages
  try {
    const outfile = join(out, 'bench.mjs');
    const options = { bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'warning', plugins: [inPlace] };
    await build({ ...options, entryPoints: [join(folder, path)], outfile });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
