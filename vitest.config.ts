import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// The cache of the commands that the tests run: never that of the user. Test workers read this file anew.
process.env.STOWAGE_TEST_CACHE ??= mkdtempSync(join(tmpdir(), 'stowage-cache-'));

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    reporters: ['default', './test/support/count-reporter.ts'],
    // Half of the time is spent in child processes.
    maxWorkers: '100%',
    // Files share what they import: nothing is kept that a test could change.
    isolate: false,
    testTimeout: process.env.STOWAGE_FUZZ === undefined ? 60_000 : 1_200_000,
    hookTimeout: 120_000,
    env: { XDG_CACHE_HOME: process.env.STOWAGE_TEST_CACHE },
    coverage: { include: ['src/**'] },
  },
});
