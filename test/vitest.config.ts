import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    // Only what hangs reaches these, however busy the machine is.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Most of the time goes by in waiting for events, so more than the two cores can be at work.
    maxWorkers: 3,
    // The CDK's own check of templates costs seconds each time; it is made once, in
    // test/infra/functions/bundles.test.ts.
    env: { CDK_VALIDATION: 'false' },
    // Looked at by `npm run test:coverage` only: what decides about sessions is tested to the last branch.
    coverage: {
      include: ['lib/session/**'],
      reporter: ['text'],
      thresholds: { statements: 100, branches: 100, functions: 100, lines: 100 },
    },
  },
});
