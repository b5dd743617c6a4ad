import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{packages,services,bench,rules}/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    reporters: ['dot', ['json', { outputFile: '.ebb/test-report.json' }]],
  },
})
