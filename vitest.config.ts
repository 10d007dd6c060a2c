import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    reporters: ['default', './test/support/count-reporter.ts'],
    // Half of the time is spent in child processes.
    maxWorkers: '100%',
    testTimeout: process.env.STOWAGE_FUZZ === undefined ? 60_000 : 1_200_000,
    hookTimeout: 120_000,
    coverage: { include: ['src/**'] },
  },
});
