// The tests that a mutant must not survive: those beside the code alone. Suites that start servers and tools are too slow for that.
// It must not know which files are mutated; stryker.config.json does.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/{access,lifecycle,registry,plan}/**/*.test.ts'],
    // Seconds for each mutant: the decided cases beside it are what has to catch them.
    exclude: ['src/access/evaluate/properties.test.ts'],
    pool: 'threads',
    isolate: false,
    testTimeout: 60_000,
  },
});
