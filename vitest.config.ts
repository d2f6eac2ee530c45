import { defineConfig } from 'vitest/config';

/** The tier of a test is its folder: what is beside the code is pure and shares one process; the rest touches the world. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts', 'tests/architecture.test.ts'], isolate: false } },
      { test: { name: 'chassis', include: ['chassis/src/**/*.test.ts'], testTimeout: 20_000 } },
      { test: { name: 'contract', include: ['tests/contract/**/*.test.ts'], testTimeout: 20_000 } },
      {
        test: {
          name: 'system',
          include: ['tests/{integration,conformance,e2e,template}/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      // The validators, the catalog and the pipeline runner of the field: what .ci/tools.sh installs.
      { test: { name: 'toolchain', include: ['tests/toolchain/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 } },
      // Minutes of kills and full disks, one at every file operation: not part of `npm test`, but of `.ci/run`.
      { test: { name: 'crash', include: ['tests/crash/**/*.test.ts'], testTimeout: 600_000, hookTimeout: 120_000 } },
      // A real cluster: root, and what .ci/tools.sh builds. Mostly they wait, so two files run side by side, each with a cluster.
      {
        test: {
          name: 'kubernetes',
          include: ['tests/kubernetes/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
