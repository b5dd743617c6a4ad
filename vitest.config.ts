import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{packages,services,bench,chaos,deploy,rules}/**/*.test.ts'],
    globalSetup: 'packages/testkit/src/vitest-setup.ts',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    execArgv: ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'],
    reporters: ['dot', ['json', { outputFile: '.ebb/test-report.json' }]],
  },
})
