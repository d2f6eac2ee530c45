import { defineConfig } from 'vitest/config';

/** Tests of the whole shop, as real processes; a service's own tests run in its folder. */
export default defineConfig({
  test: {
    include: ['checker/**/*.test.ts', 'faults/**/*.test.ts', 'load/**/*.test.ts', 'tests/**/*.test.ts'],
    globalSetup: 'tests/harness/set-up.ts',
    testTimeout: 90_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
